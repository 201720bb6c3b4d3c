import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compareRootfs } from "../../../scripts/compare-rootfs.ts";
import type { Image } from "../../../src/image/image.ts";
import { unpackLayers } from "../../../src/image/layer/unpack.ts";
import { openImage } from "../../../src/image/open.ts";
import { dockerImages } from "../../support/docker-images.ts";
import { type Dockerd, type DockerStore, startDockerd } from "../../support/dockerd.ts";
import { imageMakers } from "../../support/images.ts";
import { describeWith, peer } from "../../support/needs.ts";
import { ocilabIn } from "../../support/ocilab.ts";
import { type Podman, startPodman } from "../../support/podman.ts";
import { scratch } from "../../support/scratch.ts";

const stores: readonly DockerStore[] = existsSync(peer("dockerd")) ? ["vfs", "containerd"] : ["vfs"];
const byHand = dockerImages.find(({ name }) => name.startsWith("by hand: attributes"));

for (const store of stores) {
  describeWith(["root", "dockerd", "setpriv", "unshare"], `a Docker daemon with the store ${store}`, () => {
    const place = scratch();
    const images = join(place.path, "images");
    let daemon: Dockerd;
    let name = "";
    beforeAll(async () => {
      daemon = await startDockerd(place.path, store);
      process.env["DOCKER_HOST"] = `unix://${daemon.socket}`;
      name = (await byHand?.into(daemon, place.path)) ?? "";
      const flags = [
        "-e",
        "MORE=1",
        "-w",
        "/etc",
        "-u",
        "7:8",
        "--entrypoint",
        "/bin/ping",
        "--stop-signal",
        "SIGINT",
      ];
      await daemon.docker("create", "--name", "web", ...flags, name, "-c", "1");
    });
    afterAll(async () => {
      delete process.env["DOCKER_HOST"];
      await daemon[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    });

    test("an image by its name, its id and a part of it is the same, and leaves nothing", async () => {
      const id = (await daemon.docker("image", "inspect", "--format", "{{.Id}}", name)).trim();
      const opened: unknown[] = [];
      for (const given of [name, id, id.slice(7, 19)]) {
        await using image = await openImage(`docker-daemon:${given}`, { images });
        opened.push([
          image.config,
          image.layers.map(({ descriptor, diffId }) => [descriptor.digest, diffId]),
        ]);
      }
      expect(opened[1]).toEqual(opened[0]);
      expect(opened[2]).toEqual(opened[0]);
      expect(readdirSync(images)).toEqual([]);
    });

    test("a container runs what docker would run", async () => {
      await using image = await openImage("docker-container:web", { images });
      expect(image.config).toMatchObject({
        os: "linux",
        config: {
          Env: ["MORE=1", "PATH=/bin", "GREETING=hello"],
          Cmd: ["-c", "1"],
          Entrypoint: ["/bin/ping"],
          User: "7:8",
          WorkingDir: "/etc",
          StopSignal: "SIGINT",
          Labels: { made: "by hand" },
        },
      });
    });

    test("neither image nor container: the nearest name", async () => {
      const near = openImage(`docker-daemon:${name.replace("hand", "hnad")}`, { images });
      await expect(near).rejects.toMatchObject({
        code: "image.not-in-daemon",
        hint: `did you mean "${name}"?`,
      });
      const other = openImage("docker-container:wbe", { images });
      await expect(other).rejects.toMatchObject({ code: "image.not-in-daemon", hint: 'did you mean "web"?' });
      expect(readdirSync(images)).toEqual([]);
    });

    test("bundle makes the container's config.json", async () => {
      const ocilab = ocilabIn(place.path);
      const out = join(place.path, "bundle");
      const made = await ocilab(["bundle", "docker-container:web", out, "--copy"]);
      expect([made.exitCode, made.stderr]).toEqual([0, ""]);
      const { process } = JSON.parse(readFileSync(join(out, "config.json"), "utf8"));
      expect([process.args, process.cwd, process.user.uid, process.user.gid]).toEqual([
        ["/bin/ping", "-c", "1"],
        "/etc",
        7,
        8,
      ]);
      expect(process.env).toContain("MORE=1");
      expect(existsSync(join(out, "rootfs/.dockerenv"))).toBe(true);
    });
  });
}

describeWith(["root", "podman", "buildah", "setpriv", "unshare"], "podman's socket", () => {
  const place = scratch();
  const images = join(place.path, "images");
  let podman: Podman;
  beforeAll(async () => {
    podman = await startPodman(place.path);
    process.env["DOCKER_HOST"] = `unix://${podman.socket}`;
    const maker = imageMakers.find((one) => one.name === "buildah docker-archive");
    await maker?.make(place.path);
    await podman.podman("load", "-i", join(place.path, "image.tar"));
    await podman.podman(
      "create",
      "--name",
      "web",
      "--network",
      "none",
      "localhost/lab:2",
      "sh",
      "-c",
      "true",
    );
  });
  afterAll(async () => {
    delete process.env["DOCKER_HOST"];
    await podman[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  test("an image equals that of the archive it was loaded from", async () => {
    const opened = await unpack("docker-daemon:localhost/lab:2", join(place.path, "daemon"));
    const archive = await unpack(
      `docker-archive:${join(place.path, "image.tar")}:localhost/lab:2`,
      join(place.path, "archive"),
    );
    expect(opened.config.rootfs).toEqual(archive.config.rootfs);
    expect(compareRootfs(join(place.path, "daemon"), join(place.path, "archive"))).toEqual([]);
  });

  test("a container has the command it was made with", async () => {
    const opened = await unpack("docker-container:web", join(place.path, "container"));
    expect(opened.config.config).toMatchObject({
      Cmd: ["sh", "-c", "true"],
      Labels: { "org.example.lab": "buildah" },
    });
    expect(readdirSync(join(place.path, "container"))).toContain("etc");
  });

  test("an image that is not there", async () => {
    const opening = openImage("docker-daemon:localhost/lba:2", { images });
    await expect(opening).rejects.toMatchObject({ hint: 'did you mean "localhost/lab:2"?' });
  });

  async function unpack(reference: string, target: string): Promise<Image> {
    mkdirSync(target);
    await using image = await openImage(reference, { images });
    await unpackLayers(image.layers, target);
    return image;
  }
});
