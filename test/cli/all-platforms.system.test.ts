import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TemporaryDirectory } from "../../src/base/temporary.ts";
import { containersEnvironment, must, platformIndex } from "../support/images.ts";
import { describeWith } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { scratch } from "../support/scratch.ts";
import { checked } from "./schemas.ts";

type Index = { readonly manifests: readonly { readonly digest: string; readonly mediaType: string }[] };

describeWith(["root", "umoci", "skopeo", "docker-registry"], "an index with all its platforms", () => {
  let place: TemporaryDirectory;
  let registry: Registry;
  let name: string;
  let ocilab: ReturnType<typeof ocilabIn>;
  const skopeo = (...words: readonly string[]) =>
    must("skopeo", ["copy", "--all", "--insecure-policy", "--src-tls-verify=false", ...words], {
      env: containersEnvironment(place.path),
    });
  const indexIn = (layout: string): Index =>
    JSON.parse(readFileSync(join(place.path, layout, "index.json"), "utf8"));
  const blobsIn = (layout: string): readonly string[] =>
    readdirSync(join(place.path, layout, "blobs/sha256")).toSorted();
  const exported = async (target: string, ...flags: readonly string[]) => {
    const { stdout, stderr } = await ocilab([
      ...["--json", "image", "export", "--all-platforms", ...flags],
      ...[name, `oci:${place.path}/${target}:many`],
    ]);
    expect(stderr).toBe("");
    return checked("image-export", stdout)["manifest"];
  };
  beforeAll(async () => {
    place = scratch();
    registry = await startRegistry(place.path);
    name = `${registry.host}/lab/many:1`;
    ocilab = ocilabIn(place.path);
    const layout = await platformIndex(place.path);
    await skopeo("--dest-tls-verify=false", `oci:${layout}:many`, `docker://${name}`);
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  test("a registry's is exported without being kept, as skopeo would copy it", {
    timeout: 60_000,
  }, async () => {
    const [root] = indexIn("layout").manifests;
    expect(await exported("direct")).toBe(root?.digest);
    expect(indexIn("direct").manifests).toMatchObject([{ digest: root?.digest, mediaType: root?.mediaType }]);
    await skopeo(`oci:${place.path}/direct:many`, `oci:${place.path}/copied:many`);
    await skopeo(`docker://${name}`, `oci:${place.path}/theirs:many`);
    expect(blobsIn("direct")).toEqual(blobsIn("theirs"));
    expect(blobsIn("copied")).toEqual(blobsIn("direct"));
    expect((await ocilab(["--json", "image", "ls"])).stdout).toBe("[]\n");
    const never = await ocilab(["image", "export", "--all-platforms", "--pull", "never", name, "-"]);
    expect(never.stderr).toContain("image.not-stored");
  });

  test("pulled, listed, exported from the store alone, pruned and removed", { timeout: 90_000 }, async () => {
    const first = checked("pull", (await ocilab(["--json", "pull", name])).stdout);
    expect(first).toMatchObject({ platform: { architecture: "amd64" }, images: [{}] });
    const all = checked("pull", (await ocilab(["--json", "pull", "--all-platforms", name])).stdout);
    const root = indexIn("layout").manifests[0]?.digest;
    const platforms = [
      { platform: { os: "linux", architecture: "arm64", variant: "v8" } },
      { platform: { os: "linux", architecture: "amd64" } },
    ];
    expect(all).toMatchObject({ manifest: root, config: null, platform: null, images: platforms });
    // Of one platform there were manifest, configuration and three layers; now the index, a manifest and a configuration come.
    expect(all).toMatchObject({ fetched: 3, there: 5 });
    // The platform alone once more is the same image: the index stays.
    expect(checked("pull", (await ocilab(["--json", "pull", name])).stdout)).toMatchObject({ fetched: 0 });
    const { stdout: list } = await ocilab(["image", "ls"]);
    expect(list.match(/many +1 +[0-9a-f]{12} +linux\/(amd64|arm64)/g)).toHaveLength(2);
    expect(await exported("stored", "--pull", "never")).toBe(root);
    expect(blobsIn("stored")).toEqual(blobsIn("direct"));
    expect((await ocilab(["image", "prune"])).stdout).toBe("nothing to free\n");
    const one = (all["images"] as readonly { manifest: string }[])[0]?.manifest ?? "";
    expect((await ocilab(["image", "rm", one])).stdout).toContain("removed");
    expect((await ocilab(["image", "prune"])).stdout).toBe("nothing to free\n");
    expect(blobsIn("store")).toEqual(blobsIn("direct"));
    expect(await exported("again", "--pull", "never")).toBe(root);
    await ocilab(["image", "rm", name]);
    expect(blobsIn("store")).toEqual([]);
  });

  test("an index is no docker archive, and one platform is not all", async () => {
    const archive = await ocilab([
      ...["image", "export", "--all-platforms", name],
      `docker-archive:${place.path}/x.tar`,
    ]);
    expect(archive).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("one platform") });
    const both = await ocilab(["pull", "--all-platforms", "--platform", "linux/arm64", name]);
    expect(both).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("contradict") });
    expect(readdirSync(place.path)).not.toContain("x.tar");
  });

  test("platforms that were pulled apart are exported as an index of them", { timeout: 60_000 }, async () => {
    for (const platform of ["linux/amd64", "linux/arm64"])
      expect(await ocilab(["pull", "--platform", platform, name])).toMatchObject({ exitCode: 0 });
    await exported("apart", "--pull", "never");
    await skopeo(`oci:${place.path}/apart:many`, `oci:${place.path}/apart-copied:many`);
    expect(blobsIn("apart-copied")).toEqual(blobsIn("apart"));
    const reference = `oci:${place.path}/apart:many`;
    for (const platform of ["linux/amd64", "linux/arm64"])
      expect(await ocilab(["image", "inspect", "--platform", platform, reference])).toMatchObject({
        exitCode: 0,
      });
  });
});
