import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runProgram } from "../../src/base/process.ts";
import { repository } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";
import { checked } from "./schemas.ts";

const bundle = (name: string) => join(repository, "bundles", name);

describe("--spec-patch", () => {
  test("from standard input and from a file, one after the other", async () => {
    await using place = scratch();
    const ocilab = ocilabIn(place.path);
    const file = join(place.path, "p.json");
    writeFileSync(
      file,
      '[{"op": "test", "path": "/hostname", "value": "first"}, {"op": "add", "path": "/annotations", "value": {"n": "1"}}]',
    );
    const { stdout, stderr } = await ocilab(["spec", "--spec-patch", "-", "--spec-patch", file], {
      input:
        '{"hostname": "first", "process": {"rlimits": [{"type": "RLIMIT_CORE", "soft": 0, "hard": 18446744073709551615}]}}',
    });
    expect(stderr).toBe("");
    expect(stdout).toContain('"hard": 18446744073709551615');
    expect(JSON.parse(stdout)).toMatchObject({ hostname: "first", annotations: { n: "1" } });
  });

  test.each([
    ["[{]", "spec.bad-json", "line 1"],
    ['[\n{"op": "remove", "path": "/linux/sekcomp"}]', "spec.bad-patch", 'did you mean "/linux/seccomp"'],
    ['{"process": {"cwd": "relative"}}', "bundle.invalid", "/process/cwd"],
    ['{"linux": {"namespaces": [{"type": "net"}]}}', "spec.invalid", "network"],
  ])("%s: nothing is printed and nothing written", async (patch, code, says) => {
    await using place = scratch();
    const directory = join(place.path, "made");
    mkdirSync(directory);
    const words = ["spec", "--spec-patch", "-", "--bundle", directory];
    const { stdout, stderr, exitCode } = await ocilabIn(place.path)(words, { input: patch });
    expect([stdout, exitCode === 0]).toEqual(["", false]);
    expect(stderr).toContain(code);
    expect(stderr).toContain(says);
    expect(existsSync(join(directory, "config.json"))).toBe(false);
  });
});

test("what is wrong with a config of an image names no bundle, for there is none", async () => {
  await using place = scratch();
  const { stderr, exitCode } = await ocilabIn(place.path)(["spec", "--sysctl", "kernel.foo=1", "busybox"]);
  expect([exitCode, stderr]).toEqual([
    3,
    expect.stringMatching(/^ocilab: make config.json: \/linux\/sysctl/),
  ]);
});

describe("spec diff", () => {
  test("the exit code is 0 for the same and 3 for another", async () => {
    await using place = scratch();
    const ocilab = ocilabIn(place.path);
    const same = await ocilab(["spec", "diff", bundle("hello"), join(bundle("hello"), "config.json")]);
    expect([same.exitCode, same.stderr]).toEqual([0, ""]);
    expect(same.stdout).toContain("ask the same");
    const other = await ocilab(["spec", "diff", bundle("hello"), bundle("memory-limit")]);
    expect([other.exitCode, other.stderr]).toEqual([3, ""]);
    expect(other.stdout).toMatch(/^cgroup\n {2}\+ resources memory limit 67108864\n/m);
  });

  test("the patch that it prints makes the one of the other", async () => {
    await using place = scratch();
    const ocilab = ocilabIn(place.path);
    const [plain, wanted, file] = ["plain.json", "wanted.json", "patch.json"].map((name) =>
      join(place.path, name),
    );
    writeFileSync(plain ?? "", (await ocilab(["spec"])).stdout);
    writeFileSync(
      wanted ?? "",
      (await ocilab(["spec", "--memory=64m", "--cap-drop=ALL", "--time-offset=boottime=5"])).stdout,
    );
    const { stdout, exitCode } = await ocilab(["spec", "diff", "--patch", plain ?? "", wanted ?? ""]);
    expect(exitCode).toBe(3);
    writeFileSync(file ?? "", stdout);
    const made = await ocilab(["spec", "--spec-patch", file ?? ""]);
    expect(JSON.parse(made.stdout)).toEqual(JSON.parse(readFileSync(wanted ?? "", "utf8")));
  });

  test("null is absent, and standard input is a config", async () => {
    await using place = scratch();
    const text = readFileSync(join(bundle("hello"), "config.json"), "utf8");
    const input = text.replace(/^\{/, '{"hooks": null, "annotations": {},');
    const { stdout } = await ocilabIn(place.path)(["--json", "spec", "diff", "-", bundle("hello")], {
      input,
    });
    expect(checked("spec-diff", stdout)).toMatchObject({ a: "standard input", same: true, differences: [] });
  });

  test("a pipe of two is read to its end, however slowly it comes", async () => {
    await using place = scratch();
    const ocilab = `OCILAB_HOME=${place.path} ${join(repository, "bin/ocilab")}`;
    const pipe = `(${ocilab} spec --memory 64m; sleep 0.3) | ${ocilab} spec diff - "$0"; echo "ended with $?"`;
    const { stdout, stderr } = await runProgram("sh", ["-c", pipe, bundle("hello")]);
    expect(stderr).toBe("");
    expect(stdout).toContain("- resources memory limit 67108864");
    expect(stdout).toMatch(/ended with 3\n?$/);
  });

  test.each([
    [["nosuch", bundle("hello")], "no container of that id"],
    [["no/such", bundle("hello")], "there is no such file"],
    [["-", "-"], "can be read once"],
    [[repository, bundle("hello")], "no config.json"],
  ])("%j is refused", async (words, says) => {
    await using place = scratch();
    const { stdout, stderr, exitCode } = await ocilabIn(place.path)(["spec", "diff", ...words]);
    expect([stdout, exitCode === 0]).toEqual(["", false]);
    expect(stderr).toContain(says);
  });
});
