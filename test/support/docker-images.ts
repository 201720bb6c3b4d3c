import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBuiltin } from "../../src/image/sources/builtin.ts";
import { writeTar } from "../../src/image/sources/tar-writer.ts";
import { textMember } from "./docker-archive-writer.ts";
import type { Dockerd } from "./dockerd.ts";
import { handMade } from "./hand-made.ts";
import { layerSteps } from "./image-tree.ts";
import { containersEnvironment, imageMakers, must, umociLayout } from "./images.ts";
import { type Member, sha256, tarOf } from "./layers.ts";
import type { Need } from "./needs.ts";
import { writeOldDockerArchive } from "./old-docker-archive.ts";
import { debianTarFile } from "./rootfs.ts";

/** One way of bringing an image into a Docker daemon. `into` writes below an existing empty directory and returns the image's name there. */
export type DockerImage = {
  readonly name: string;
  readonly needs: readonly Need[];
  /** Thousands of files. */
  readonly large?: boolean;
  into(daemon: Dockerd, directory: string): Promise<string>;
};

/** cap_setpcap as linux/capability.h packs it. */
const capability = Buffer.from("0100000200040000000000000000000000000000", "hex");

/** Of hard links docker's overlay2 wants the target in the same layer. */
const layered: readonly Buffer[] = (
  [
    [
      { name: "etc/", mtime: 100 },
      { name: "etc/one", data: "one", pax: { "SCHILY.xattr.user.note": "a\nb\0c" } },
      { name: "etc/two", type: "1", link: "etc/one" },
      { name: "bin/", mode: 0o711, mtime: 5 },
      {
        name: "bin/ping",
        mode: 0o4755,
        uid: 7,
        data: "ping",
        pax: { "SCHILY.xattr.security.capability": capability },
      },
      { name: "nodes/", mtime: 6 },
      { name: "nodes/null", type: "3", mode: 0o666, major: 1, minor: 3 },
      { name: "nodes/sda", type: "4", mode: 0o660, gid: 6, major: 8, minor: 0 },
      { name: "nodes/high", type: "3", major: 259, minor: 300 },
      { name: "nodes/pipe", type: "6", mode: 0o600, uid: 12 },
      { name: "gone/" },
      { name: "gone/a", data: "a" },
      { name: "opaque/", mtime: 200 },
      { name: "opaque/a", data: "a" },
      { name: "opaque/sub/" },
      { name: "opaque/sub/b", data: "b" },
    ],
    [
      { name: "etc/", mtime: 300 },
      { name: "etc/one", data: "other" },
      { name: "etc/three", type: "1", link: "etc/one" },
      { name: ".wh.gone" },
      { name: "nodes/", mtime: 7 },
      { name: "nodes/.wh.sda" },
      { name: "opaque/", mtime: 400 },
      { name: "opaque/.wh..wh..opq" },
      { name: "opaque/new", data: "new" },
    ],
    [
      { name: "gone", type: "2", link: "etc/two" },
      { name: "nodes/", mtime: 8 },
      { name: "nodes/pipe", data: "no pipe any more" },
      { name: "bin/", mode: 0o700, mtime: 400 },
    ],
  ] as readonly (readonly Member[])[]
).map((members) => tarOf(members));

/** Images of different make, each of which a Docker daemon takes. */
export const dockerImages: readonly DockerImage[] = [
  { name: "umoci and skopeo", needs: ["umoci", "skopeo"], into: umociSkopeo },
  { name: "buildah", needs: ["buildah"], into: buildah },
  { name: "umoci and a docker save as before docker 25", needs: ["umoci"], into: oldSave },
  { name: "the built-in busybox, by skopeo", needs: ["busybox", "skopeo"], into: builtin },
  { name: "Debian by mmdebstrap and docker import", needs: ["mmdebstrap"], large: true, into: debian },
  { name: "docker commit of a container", needs: ["busybox", "skopeo"], into: committed },
  byHand("attributes, devices, hard links, whiteouts and opaque directories", layered),
  ...[
    "names, long and strange",
    "one kind of file in the place of another",
    "setgid directories",
    "numbers in base 256 and names in a prefix",
    "default ACLs are not inherited",
    "times before 1970 and to the nanosecond",
  ].map((name) =>
    byHand(
      name,
      handMade()
        .find((one) => one.name === name)
        ?.layers.map(({ tar }) => tar) ?? [],
    ),
  ),
];

/** Without the last step: umoci 0.4.7 writes a whiteout below a directory that the same layer makes a file, which docker refuses. */
const steps = layerSteps.slice(0, 2);

async function umociSkopeo(daemon: Dockerd, directory: string): Promise<string> {
  return await bySkopeo(daemon, {
    from: `oci:${await umociLayout(directory, steps)}:three`,
    tag: "lab/three:1",
    directory,
  });
}

async function oldSave(daemon: Dockerd, directory: string): Promise<string> {
  const file = join(directory, "old.tar");
  const layout = await umociLayout(directory, steps);
  writeOldDockerArchive(file, [{ layout, tag: "three", names: ["lab/old:1"] }]);
  await daemon.docker("load", "-q", "-i", file);
  return "lab/old:1";
}

async function buildah(daemon: Dockerd, directory: string): Promise<string> {
  const maker = imageMakers.find(({ name }) => name === "buildah docker-archive");
  await maker?.make(directory);
  await daemon.docker("load", "-q", "-i", join(directory, "image.tar"));
  return "localhost/lab:2";
}

async function bySkopeo(
  daemon: Dockerd,
  { from, tag, directory }: { readonly from: string; readonly tag: string; readonly directory: string },
): Promise<string> {
  const archive = join(directory, "by-skopeo.tar");
  await must("skopeo", ["copy", "--quiet", "--insecure-policy", from, `docker-archive:${archive}:${tag}`], {
    env: containersEnvironment(directory),
  });
  await daemon.docker("load", "-q", "-i", archive);
  return tag;
}

async function builtin(daemon: Dockerd, directory: string): Promise<string> {
  const images = join(directory, "images");
  await (await openBuiltin("busybox", { images }))[Symbol.asyncDispose]();
  const [layout = ""] = readdirSync(images);
  return await bySkopeo(daemon, { from: `oci:${join(images, layout)}`, tag: "lab/busybox:1", directory });
}

async function debian(daemon: Dockerd): Promise<string> {
  await daemon.docker("import", await debianTarFile(), "lab/debian:1");
  return "lab/debian:1";
}

/** The upper directory of a container as a layer: docker writes its whiteouts and opaque marks itself. */
async function committed(daemon: Dockerd, directory: string): Promise<string> {
  const base = await builtin(daemon, directory);
  await daemon.docker("create", "--name", "to-commit", base, "sh");
  const tree = join(directory, "etc");
  mkdirSync(join(tree, "new/deep"), { recursive: true });
  writeFileSync(join(tree, "new/deep/file"), "new\n");
  writeFileSync(join(tree, "passwd"), "root:x:0:0::/:/bin/sh\n");
  await daemon.docker("cp", "-a", `${tree}/.`, "to-commit:/etc");
  await daemon.docker("commit", "to-commit", "lab/committed:1");
  return "lab/committed:1";
}

function byHand(name: string, layers: readonly Buffer[]): DockerImage {
  const tag = `lab/by-hand:${name.replaceAll(/[^a-z]+/g, "-").slice(0, 30)}`;
  return {
    name: `by hand: ${name}`,
    needs: [],
    async into(daemon, directory) {
      const archive = join(directory, "image.tar");
      writeFileSync(archive, dockerArchive(tag, layers));
      await daemon.docker("load", "-q", "-i", archive);
      return tag;
    },
  };
}

function dockerArchive(tag: string, layers: readonly Buffer[]): Buffer {
  const config = JSON.stringify({
    architecture: { x64: "amd64", arm64: "arm64" }[process.arch as string] ?? process.arch,
    os: "linux",
    config: {
      Cmd: ["sh"],
      Env: ["PATH=/bin", "GREETING=hello"],
      WorkingDir: "/",
      Labels: { made: "by hand" },
    },
    rootfs: { type: "layers", diff_ids: layers.map((tar) => sha256(tar)) },
  });
  const names = layers.map((_, index) => `${index}/layer.tar`);
  const manifest = JSON.stringify([{ Config: "config.json", RepoTags: [tag], Layers: names }]);
  const members = [
    ...layers.map((tar, index) => textMember(names[index] ?? "", tar)),
    textMember("config.json", config),
    textMember("manifest.json", manifest),
  ];
  return writeTar(members, { mtime: 0 });
}
