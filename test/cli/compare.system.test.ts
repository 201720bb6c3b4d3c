import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeConfig } from "../../src/bundle/create.ts";
import type { Spec } from "../../src/oci/spec.ts";
import { withMissingSource } from "../runtime/broken.ts";
import { bundleMaker } from "../runtime/support.ts";
import { describeWith, newerRuntime, repository } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";
import { checked } from "./schemas.ts";

const makeBundle = bundleMaker();
const compare = ["compare", "--json", "--runtime", "runc", "--runtime"];
type Shown = { about: string; what: string; values: { value: unknown }[] };

describeWith(["root", "runc", "crun"], "ocilab compare", () => {
  test("a bundle that both run the same way: exit 0, and nothing is left", async () => {
    await using place = scratch();
    const ocilab = ocilabIn(place.path);
    const { exitCode, stdout, stderr } = await ocilab([
      ...compare,
      "crun",
      join(repository, "bundles/hello"),
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const value = checked("compare", stdout);
    expect(value).toMatchObject({
      same: true,
      trials: [{ kind: "runc", exit: { exitCode: 0 } }, { kind: "crun" }],
    });
    expect(readdirSync(join(place.path, "containers"))).toEqual([]);
    expect(readdirSync(join(place.path, "bundles"))).toEqual([]);
  });

  test("what crun knows and Debian's runc ignores: exit 3, by verdict and by what the kernel shows", async () => {
    await using place = scratch();
    const bundle = await makeBundle(join(place.path, "bundle"), { args: ["sleep", "1"] });
    writeConfig(bundle.path, { ...bundle.spec, domainname: "lab.test" } as Spec);
    const { exitCode, stdout } = await ocilabIn(place.path)([...compare, "crun", bundle.path]);
    expect(exitCode).toBe(3);
    const differences = checked("compare", stdout)["differences"] as Shown[];
    const of = (about: string, what: string) =>
      differences.find((one) => one.about === about && one.what === what)?.values.map(({ value }) => value);
    expect(of("audit", "/domainname")).toEqual(["broken", "kept"]);
    expect(of("kernel", "domainname")).toEqual(["(none)", "lab.test"]);
  });

  test("broken bundles: refusals with one meaning are no difference, a config without a schema is handed over", async () => {
    await using place = scratch();
    const ocilab = ocilabIn(place.path);
    const bundle = withMissingSource(await makeBundle(join(place.path, "bundle"), { args: ["true"] }));
    const missing = await ocilab([...compare, "crun", bundle.path]);
    expect(checked("compare", missing.stdout)).toMatchObject({
      same: true,
      trials: [{ accepted: false, refusal: { code: "runtime.mount" } }, { accepted: false }],
    });
    const invalid = join(place.path, "invalid");
    mkdirSync(invalid);
    writeFileSync(
      join(invalid, "config.json"),
      JSON.stringify({ ...bundle.spec, process: { args: ["true"] } }),
    );
    const { stdout } = await ocilab([...compare, "crun", invalid]);
    expect(checked("compare", stdout)).toMatchObject({ trials: [{ accepted: false }, { accepted: false }] });
  });

  test.each([
    [["compare", "."], "no --runtime is given"],
    [["compare", "--runtime", "runc", "."], "one --runtime is given"],
    [
      ["compare", "--runtime", "runc", "--runtime", "crun", "--arg-for", "x=--y", "."],
      "--arg-for is RUNTIME=ARG",
    ],
    [["list", "--runtime", "runc", "--runtime", "crun"], "--runtime is given 2 times"],
  ])("%j is refused", async (words, says) => {
    await using place = scratch();
    const { exitCode, stderr } = await ocilabIn(place.path)(words);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(says) });
  });
});

describeWith(["root", "runc", "runtimes of sid"], "ocilab compare with a sandbox", () => {
  test("runsc gets a flag of its own, and shows no kernel view", async () => {
    await using place = scratch();
    const words = ["--arg-for", "runsc=--network=none", "--arg-for", "runsc=--overlay2=none"];
    const bundle = await makeBundle(join(place.path, "bundle"), { args: ["echo", "hello"] });
    const { stdout, stderr } = await ocilabIn(place.path)([
      ...compare,
      newerRuntime("sid", "runsc"),
      ...words,
      bundle.path,
    ]);
    expect(stderr).toBe("");
    const { trials } = checked("compare", stdout) as { trials: Record<string, unknown>[] };
    expect(trials[1]).toMatchObject({ kind: "runsc", accepted: true, output: "hello\n" });
    expect(trials[1]).not.toHaveProperty("facts");
  });
});
