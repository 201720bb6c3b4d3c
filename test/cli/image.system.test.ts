import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TemporaryDirectory } from "../../src/base/temporary.ts";
import { umociLayout } from "../support/images.ts";
import { describeWith } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { push, type Registry, startRegistry } from "../support/registry.ts";
import { scratch } from "../support/scratch.ts";
import { checked } from "./schemas.ts";

describeWith(
  ["root", "umoci", "skopeo", "docker-registry", "runc"],
  "images of a registry and the store",
  () => {
    let place: TemporaryDirectory;
    let registry: Registry;
    let ocilab: ReturnType<typeof ocilabIn>;
    let name: string;
    beforeAll(async () => {
      place = scratch();
      registry = await startRegistry(place.path);
      name = `${registry.host}/lab/three:1`;
      await push(`oci:${await umociLayout(place.path)}:three`, name, { directory: place.path });
      ocilab = ocilabIn(place.path);
    });
    afterAll(async () => {
      await registry[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    });
    const json = async (schema: string, ...words: readonly string[]) => {
      const { stdout, stderr, exitCode } = await ocilab(["--json", ...words]);
      expect(stderr).toBe("");
      return { value: checked(schema, stdout), exitCode };
    };

    test("an image is run as it comes, and from the store afterwards", { timeout: 60_000 }, async () => {
      const never = await ocilab(["run", "--pull", "never", name, "true"]);
      expect(never).toMatchObject({ exitCode: 125, stderr: expect.stringContaining("image.not-stored") });
      const first = await ocilab(["run", "--entrypoint", "/bin/sh", "--user", "0", name, "-c", "echo hello"]);
      expect(first).toMatchObject({ exitCode: 0, stdout: "hello\n" });
      expect(first.stderr).toMatch(/^pull .*lab\/three:1: 3 layers, .*\n([0-9a-f]{12} {2}done {2}.*\n){3}$/);
      const again = await ocilab([
        "run",
        "--pull",
        "never",
        "--entrypoint",
        "/bin/sh",
        "--user",
        "0",
        name,
        "-c",
        "echo again",
      ]);
      expect(again).toMatchObject({ exitCode: 0, stdout: "again\n", stderr: "" });
      expect(readdirSync(join(place.path, "store/leases"))).toEqual([]);
    });

    test("every command holds to its schema", { timeout: 60_000 }, async () => {
      expect((await json("pull", "pull", name)).value).toMatchObject({ fetched: 0, there: 5, bytes: 0 });
      const { value: list } = await json("image-list", "image", "ls");
      expect(list).toMatchObject([{ name, damaged: false }]);
      const digest = (list as unknown as { manifest: string }[])[0]?.manifest ?? "";
      for (const subject of [name, digest, digest.slice(7, 19)])
        expect((await json("image-inspect", "image", "inspect", "--verify", subject)).value).toMatchObject({
          manifest: { digest },
        });
      expect((await json("image-history", "image", "history", name)).exitCode).toBe(0);
      const { value: layers } = await json("image-layers", "image", "layers", "--files", name);
      expect(layers["layers"]).toHaveLength(3);
      const same = await json("image-diff", "image", "diff", name, `oci:${place.path}/layout:three`);
      expect([same.exitCode, same.value["paths"], same.value["config"]]).toEqual([0, [], []]);
      const other = await json("image-diff", "image", "diff", "busybox", name);
      expect(other.exitCode).toBe(3);
      const file = join(place.path, "out.tar");
      expect(
        (await json("image-export", "image", "export", name, `docker-archive:${file}`)).value,
      ).toMatchObject({ name });
      expect((await json("image-prune", "image", "prune", "--dry-run")).value).toMatchObject({
        blobs: [],
        partials: [],
        dryRun: true,
      });
      expect((await json("image-remove", "image", "rm", "--untag", name)).value).toMatchObject({
        untagged: [name],
        blobs: [],
      });
      expect((await json("image-prune", "image", "prune")).value["blobs"]).toHaveLength(5);
      expect(readdirSync(join(place.path, "store/blobs/sha256"))).toEqual([]);
    });

    test("an archive goes through a pipe, and nothing of it to a document", { timeout: 30_000 }, async () => {
      const { stdout, exitCode } = await ocilab(["image", "export", "busybox", "-"]);
      expect([exitCode, stdout.slice(0, 10)]).toEqual([0, "oci-layout"]);
      expect(await ocilab(["--json", "image", "export", "busybox", "-"])).toMatchObject({
        exitCode: 2,
        stdout: "",
      });
    });

    test("what only a registry has is looked at there, and not kept", { timeout: 30_000 }, async () => {
      expect((await ocilab(["image", "inspect", name])).stdout).toContain(name);
      expect((await ocilab(["image", "ls", "-q"])).stdout).toBe("");
    });

    test("a changed layer is found by --verify and by unpacking, and mended by pull --verify", {
      timeout: 60_000,
    }, async () => {
      await ocilab(["pull", name]);
      const { value } = await json("image-inspect", "image", "inspect", name);
      const [layer] = value["layers"] as { digest: string }[];
      const blob = join(place.path, "store/blobs/sha256", layer?.digest.slice(7) ?? "");
      const bytes = readFileSync(blob);
      writeFileSync(blob, Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]));
      const verified = await ocilab(["image", "inspect", "--verify", name]);
      expect(verified).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("image.wrong-digest") });
      const bundle = join(place.path, "bundle");
      expect(await ocilab(["bundle", "--copy", name, bundle])).toMatchObject({ exitCode: 1 });
      expect(existsSync(bundle)).toBe(false);
      expect((await ocilab(["pull", "--verify", name])).exitCode).toBe(0);
      expect((await ocilab(["image", "inspect", "--verify", name])).exitCode).toBe(0);
      rmSync(join(place.path, "store"), { recursive: true });
    });

    test.each([
      [["image", "rm", "nothing"], 1, "image.no-such-name"],
      [["pull", "--parallel", "0", "busybox"], 2, "a number from 1 to 16"],
      [["pull", "--name", "App", "busybox"], 2, "upper-case"],
      [["image", "export", "busybox", "oci:"], 2, "nothing follows oci:"],
      [["run", "--pull", "sometimes", "busybox"], 125, "one of always, missing, never"],
    ])("%j ends with %i: %s", async (words, exitCode, says) => {
      expect(await ocilab(words)).toMatchObject({ exitCode, stderr: expect.stringContaining(says) });
    });
  },
);
