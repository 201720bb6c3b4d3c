import { spawnSync } from "node:child_process";
import {
  closeSync,
  ftruncateSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareRootfs } from "../../../scripts/compare-rootfs.ts";
import type { Image } from "../../../src/image/image.ts";
import { unpackLayers } from "../../../src/image/layer/unpack.ts";
import { openImage } from "../../../src/image/open.ts";
import { mount, mountFlags, unmount } from "../../../src/linux/mount.ts";
import { layerSteps } from "../../support/image-tree.ts";
import { containersEnvironment, must, platformIndex, umociLayout } from "../../support/images.ts";
import { describeWith, repository } from "../../support/needs.ts";
import { ocilabIn } from "../../support/ocilab.ts";
import { scratch } from "../../support/scratch.ts";

/** A directory with all kinds of files; without the socket everything in it can be kept. */
function makeTree(root: string): string {
  mkdirSync(root, { mode: 0o711 });
  for (const step of layerSteps) step(root);
  const sparse = openSync(join(root, "sparse"), "w");
  writeSync(sparse, "in the middle", 2_000_000);
  ftruncateSync(sparse, 6_000_000);
  closeSync(sparse);
  const hole = openSync(join(root, "only-a-hole"), "w");
  ftruncateSync(hole, 3_000_000);
  closeSync(hole);
  writeFileSync(Buffer.from(`${root}/caf\xe9\xff`, "latin1"), "no UTF-8");
  writeFileSync(join(root, "line\nfeed"), "x");
  utimesSync(join(root, "line\nfeed"), -1.5, -1.5);
  symlinkSync("t".repeat(3000), join(root, "long-link"));
  linkSync(join(root, "long-link"), join(root, "long-link-too"));
  lutimesSync(root, 1234567890.125, 1234567890.125);
  return root;
}

async function unpacked(reference: string, target: string): Promise<Image> {
  await using image = await openImage(reference, { images: `${target}-images` });
  mkdirSync(target);
  await unpackLayers(image.layers, target);
  return image;
}

describeWith(["root", "busybox"], "dir: a directory that is a root filesystem", () => {
  test("everything is kept, holes too, and the same tree is the same image", async () => {
    await using place = scratch();
    const tree = makeTree(join(place.path, "tree"));
    const [a, b] = [join(place.path, "a"), join(place.path, "b")];
    const image = await unpacked(`dir:${tree}`, a);
    expect(compareRootfs(tree, a)).toEqual([]);
    expect(statSync(join(a, "sparse")).blocks).toBeLessThan(1000);
    expect(readdirSync(`${a}-images`)).toEqual([]);
    expect(image.config).toMatchObject({ os: "linux", rootfs: { diff_ids: [image.layers[0]?.diffId] } });
    expect((await unpacked(`dir:${a}`, b)).manifestDescriptor).toEqual(image.manifestDescriptor);
  });

  test("sockets, mounted things and names of whiteouts stay out, and are told", async () => {
    await using place = scratch();
    const tree = join(place.path, "tree");
    for (const name of ["etc", "proc", "a b"]) mkdirSync(join(tree, name), { recursive: true });
    for (const name of ["etc/hosts", ".wh.etc", "a b/kept"]) writeFileSync(join(tree, name), name);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(tree, "socket"), resolve));
    mount(join(tree, "a b"), { type: "tmpfs" });
    mount(join(tree, "etc/hosts"), { source: join(repository, "README.md"), flags: mountFlags.MS_BIND });
    try {
      writeFileSync(join(tree, "a b/mounted"), "not of the directory");
      const out = join(place.path, "out");
      const ocilab = ocilabIn(place.path);
      const made = await ocilab(["bundle", "--copy", `dir:${tree}`, out, "--", "/bin/sh"]);
      expect(made.exitCode).toBe(0);
      expect(readdirSync(join(out, "rootfs"), { recursive: true }).sort()).toEqual([
        "a b",
        "etc",
        "etc/hosts",
        "proc",
      ]);
      expect(readFileSync(join(out, "rootfs/etc/hosts"), "utf8")).toBe("");
      for (const said of [
        "is a socket",
        "is a mount point",
        "means a whiteout",
        '"socket"',
        '"a b"',
        '".wh.etc"',
      ])
        expect(made.stderr).toContain(said);
    } finally {
      unmount(join(tree, "etc/hosts"));
      unmount(join(tree, "a b"));
      server.close();
    }
  });

  test("it says nothing of what to run: its shell, or what the user says", async () => {
    await using place = scratch();
    const tree = join(place.path, "tree");
    mkdirSync(join(tree, "bin"), { recursive: true });
    const ocilab = ocilabIn(place.path);
    const made = await ocilab(["bundle", "--copy", `dir:${tree}`, join(place.path, "out")]);
    expect([made.exitCode, made.stderr]).toEqual([1, expect.stringContaining("its rootfs has no /bin/sh")]);
    expect(readdirSync(place.path)).not.toContain("out");
    writeFileSync(join(tree, "bin/sh"), "", { mode: 0o755 });
    await must("tar", ["-C", tree, "-cf", join(place.path, "tree.tar"), "."]);
    for (const kind of ["dir:", "rootfs-tar:"]) {
      const reference = `${kind}${tree}${kind === "dir:" ? "" : ".tar"}`;
      for (const flags of [["--copy"], []]) {
        const out = join(place.path, "out");
        const { stdout } = await ocilab(["bundle", ...flags, "--json", reference, out]);
        expect(JSON.parse(stdout)).toMatchObject({ args: ["/bin/sh"] });
        expect(await ocilab(["umount", "--delete", out])).toMatchObject({ exitCode: 0 });
      }
    }
  });

  test("an abort leaves nothing", async () => {
    await using place = scratch();
    const tree = makeTree(join(place.path, "tree"));
    const images = join(place.path, "images");
    const signal = AbortSignal.timeout(1);
    await expect(openImage(`dir:${tree}`, { images, signal })).rejects.toMatchObject({
      name: "TimeoutError",
    });
    expect(readdirSync(place.path).includes("images") ? readdirSync(images) : []).toEqual([]);
  });

  test("the directory in which the archive is written is not part of it", async () => {
    await using place = scratch();
    const tree = makeTree(join(place.path, "tree"));
    const images = join(tree, "var/images");
    await using image = await openImage(`dir:${tree}`, { images });
    mkdirSync(join(place.path, "out"));
    await unpackLayers(image.layers, join(place.path, "out"));
    expect(readdirSync(join(place.path, "out/var/images"))).toEqual([]);
  });
});

const packers = [
  ["plain", "cat"],
  ["gzip", "gzip"],
  ["zstd", "zstd"],
  ["xz", "xz"],
  ["bzip2", "bzip2"],
  ["lz4", "lz4"],
] as const;

describeWith(
  ["root", "busybox", "zstd", "xz", "bzip2", "lz4"],
  "rootfs-tar: an archive of a root filesystem",
  () => {
    test("whatever it is packed with, from a file and from standard input, it is the same", async () => {
      await using place = scratch();
      const tree = makeTree(join(place.path, "tree"));
      const archive = join(place.path, "plain.tar");
      const flags = ["--xattrs", "--xattrs-include=*", "--numeric-owner", "--format=pax", "--sparse"];
      await must("tar", ["-cf", archive, ...flags, "-C", tree, "."]);
      for (const [name, program] of packers) {
        const file = join(place.path, `${name}.packed`);
        await must("sh", ["-c", `${program} -c < '${archive}' > '${file}'`.replace("cat -c", "cat")]);
        const target = join(place.path, name);
        await unpacked(`rootfs-tar:${file}`, target);
        expect([name, compareRootfs(tree, target)]).toEqual([name, []]);
        if (name !== "plain") expect(readdirSync(`${target}-images`)).toEqual([]);
        rmSync(target, { recursive: true });
      }
      for (const name of ["plain", "xz"]) {
        const out = join(place.path, `out-${name}`);
        const command = [join(repository, "bin/ocilab"), "bundle", "--copy", "rootfs-tar:-", out, "--", "sh"];
        const env = { ...process.env, OCILAB_HOME: join(place.path, "home") };
        const line = `cat '${place.path}/${name}.packed' | ${command.join(" ")}`;
        const { status, stderr } = spawnSync("sh", ["-c", line], { env, encoding: "utf8" });
        expect([status, stderr]).toEqual([0, ""]);
        expect(compareRootfs(tree, join(out, "rootfs"))).toEqual([]);
        expect(readdirSync(join(place.path, "home/images"))).toEqual([]);
      }
    });

    test.each([
      ["is cut in its first header", (tar: Buffer) => tar.subarray(0, 700), "image.bad-archive"],
      ["is cut in a file", (tar: Buffer) => tar.subarray(0, 3000), "layer.malformed-archive"],
      ["is no tar", () => Buffer.from("hello, world\n".repeat(100)), "image.bad-archive"],
      ["is empty", () => Buffer.alloc(0), "image.bad-archive"],
      ["is xz, cut", (tar: Buffer) => pack("xz", tar).subarray(0, -20), "image.bad-archive"],
      ["is gzip, cut", (tar: Buffer) => pack("gzip", tar).subarray(0, -20), "image.bad-archive"],
      ["is zstd, cut", (tar: Buffer) => pack("zstd", tar).subarray(0, -20), "image.bad-archive"],
    ])("one that %s is refused, and nothing is left", async (_name, spoil, code) => {
      await using place = scratch();
      const tree = join(place.path, "tree");
      mkdirSync(tree);
      writeFileSync(join(tree, "file"), "content\n".repeat(1000));
      const file = join(place.path, "file.tar");
      await must("tar", ["-cf", file, "-C", tree, "."]);
      writeFileSync(file, spoil(readFileSync(file)));
      await expect(unpacked(`rootfs-tar:${file}`, join(place.path, "out"))).rejects.toMatchObject({ code });
      const left = readdirSync(place.path).includes("out-images")
        ? readdirSync(join(place.path, "out-images"))
        : [];
      expect(left).toEqual([]);
    });

    test("an archive of an image is not taken for one, and the other way round", async () => {
      await using place = scratch();
      const images = join(place.path, "images");
      const layout = await umociLayout(place.path);
      const file = join(place.path, "image.tar");
      await must("tar", ["-cf", file, "-C", layout, "."]);
      await expect(openImage(`rootfs-tar:${file}`, { images })).rejects.toMatchObject({
        code: "image.unrecognised",
        hint: `write oci-archive:${file}`,
      });
      const rootfs = join(place.path, "rootfs.tar");
      mkdirSync(join(place.path, "some"));
      await must("tar", ["-cf", rootfs, "-C", join(place.path, "some"), "."]);
      await expect(openImage(rootfs, { images })).rejects.toMatchObject({
        hint: `for an archive of a root filesystem write rootfs-tar:${rootfs}`,
      });
    });
  },
);

function pack(program: string, bytes: Buffer): Buffer {
  return spawnSync(program, ["-c"], { input: bytes, maxBuffer: 1 << 28 }).stdout;
}

describeWith(["root", "umoci", "skopeo"], "dir: as skopeo writes it", () => {
  test.each(["oci", "v2s2"])("the image is the one that was copied, in format %s", async (format) => {
    await using place = scratch();
    const from = `oci:${await umociLayout(place.path)}:three`;
    const to = join(place.path, "copy");
    await must("skopeo", ["copy", "--quiet", "--insecure-policy", "--format", format, from, `dir:${to}`], {
      env: containersEnvironment(place.path),
    });
    const original = await unpacked(from, join(place.path, "a"));
    for (const [at, reference] of [`dir:${to}`, to].entries()) {
      const copy = await unpacked(reference, join(place.path, `b${at}`));
      expect(copy.config.config).toMatchObject({ User: original.config.config?.User });
      expect(compareRootfs(join(place.path, "a"), join(place.path, `b${at}`))).toEqual([]);
    }
  });

  test("of an index that was copied whole the platform is chosen, and a blob that is missing is named", async () => {
    await using place = scratch();
    const from = `oci:${await platformIndex(place.path)}:many`;
    const to = join(place.path, "copy");
    await must("skopeo", ["copy", "--all", "--quiet", "--insecure-policy", from, `dir:${to}`], {
      env: containersEnvironment(place.path),
    });
    const images = join(place.path, "images");
    const platform = { os: "linux", architecture: "arm64", variant: "v8" };
    await using image = await openImage(`dir:${to}`, { images, platform });
    expect(image.platform.architecture).toBe("arm64");
    rmSync(join(to, image.manifest.config.digest.slice(7)));
    await expect(openImage(`dir:${to}`, { images, platform })).rejects.toMatchObject({
      code: "image.blob-missing",
    });
  });

  test("a directory of another kind is named", async () => {
    await using place = scratch();
    const images = join(place.path, "images");
    const layout = await umociLayout(place.path);
    const opening = (reference: string) => openImage(reference, { images });
    await expect(opening(`dir:${layout}`)).rejects.toMatchObject({ hint: `write oci:${layout}` });
    const bundle = join(place.path, "bundle");
    mkdirSync(join(bundle, "rootfs/bin"), { recursive: true });
    mkdirSync(join(bundle, "rootfs/etc"));
    writeFileSync(join(bundle, "config.json"), "{}");
    await expect(opening(`dir:${bundle}`)).rejects.toMatchObject({
      code: "image.is-bundle",
      hint: `write dir:${bundle}/rootfs`,
    });
    await expect(opening(`${bundle}/rootfs`)).rejects.toMatchObject({
      hint: `for a root filesystem write dir:${bundle}/rootfs`,
    });
    await expect(opening(`dir:${bundle}/config.json`)).rejects.toMatchObject({
      hint: `write rootfs-tar:${bundle}/config.json`,
    });
    await expect(opening(`rootfs-tar:${bundle}`)).rejects.toMatchObject({ hint: `write dir:${bundle}` });
    await expect(opening(`dir:${bundle}/rootsf`)).rejects.toMatchObject({
      code: "image.not-found",
      hint: expect.stringContaining(`${bundle}/rootfs`),
    });
  });
});
