import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startDockerd } from "../../support/dockerd.ts";
import { containersEnvironment, must, umociLayout } from "../../support/images.ts";
import { describeWith } from "../../support/needs.ts";
import { ocilabIn } from "../../support/ocilab.ts";
import { scratch } from "../../support/scratch.ts";

/** What skopeo says of an image. */
async function inspected(
  directory: string,
  reference: string,
): Promise<{ readonly Digest: string; readonly Layers: readonly string[] }> {
  return JSON.parse(await must("skopeo", ["inspect", reference], { env: containersEnvironment(directory) }));
}

describeWith(["root", "umoci", "skopeo"], "what `image export` writes", () => {
  test("skopeo inspects and copies it, with the same digests", { timeout: 60_000 }, async () => {
    await using place = scratch();
    const layout = await umociLayout(place.path);
    const ocilab = ocilabIn(place.path);
    const before = await inspected(place.path, `oci:${layout}:three`);
    expect((await ocilab(["pull", "--name", "lab/three:1", `oci:${layout}:three`])).exitCode).toBe(0);
    for (const target of ["oci:out:v1", "oci-archive:out.tar:v1", "docker-archive:docker.tar"]) {
      const [kind, path = "", ...tag] = target.split(":");
      const full = [kind, join(place.path, path), ...tag].join(":");
      expect(await ocilab(["image", "export", "lab/three:1", full])).toMatchObject({
        exitCode: 0,
        stderr: "",
      });
      const after = await inspected(place.path, full);
      if (kind !== "docker-archive") expect(after.Digest).toBe(before.Digest);
      expect(after.Layers.length).toBe(before.Layers.length);
      const copy = ["copy", "--quiet", "--insecure-policy", full, `dir:${join(place.path, `copy-${kind}`)}`];
      await must("skopeo", copy, { env: containersEnvironment(place.path) });
      expect(readdirSync(join(place.path, `copy-${kind}`)).length).toBeGreaterThan(4);
    }
    expect(await must("skopeo", ["list-tags", `docker-archive:${place.path}/docker.tar`])).toContain(
      '"lab/three:1"',
    );
  });
});

describeWith(["root", "dockerd", "unshare"], "docker load", () => {
  test.each(["overlay2", "containerd"] as const)(
    "takes a docker archive (%s)",
    { timeout: 90_000 },
    async (store) => {
      await using place = scratch();
      const ocilab = ocilabIn(place.path);
      const file = join(place.path, "busybox.tar");
      expect(
        (await ocilab(["image", "export", "busybox", `docker-archive:${file}:lab/busybox:1`])).exitCode,
      ).toBe(0);
      await using daemon = await startDockerd(place.path, store);
      expect(await daemon.docker("load", "--input", file)).toContain("lab/busybox:1");
      expect(await daemon.docker("image", "ls")).toMatch(/lab\/busybox\s+1|lab\/busybox:1/);
    },
  );
});
