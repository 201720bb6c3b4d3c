import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { compareRootfs } from "../../scripts/compare-rootfs.ts";
import { runProgram } from "../../src/base/process.ts";
import { removeBundle } from "../../src/bundle/removal.ts";
import { unpackLayers } from "../../src/image/layer/unpack.ts";
import { openImage } from "../../src/image/open.ts";
import { mount, unmount } from "../../src/linux/mount.ts";
import { type Member, tarOf } from "../support/layers.ts";
import { describeWith, repository } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { imageOf } from "../support/rootfs.ts";
import { overlaysBelow, scratch } from "../support/scratch.ts";

const place = scratch();
afterAll(() => place[Symbol.asyncDispose]());
const names = (path: string): readonly string[] => (existsSync(path) ? readdirSync(path) : []);

/** Five layers of 200 small files, each layer taking some of the one below away. */
function manyFiles(): string {
  const layers = Array.from({ length: 5 }, (_, layer): readonly Member[] => [
    { name: `${layer}/`, mode: 0o2750, gid: 7 },
    ...Array.from({ length: 200 }, (_file, index) => ({
      name: `${layer}/${index}`,
      data: `${index}`.repeat(99),
    })),
    { name: `${layer}/link`, type: "1", link: `${Math.max(0, layer - 1)}/1` },
    ...(layer === 0 ? [] : [{ name: `${layer - 1}/.wh.0` }]),
  ]);
  return imageOf(
    place.path,
    layers.map((members) => ({ tar: tarOf(members) })),
  );
}

const reference = manyFiles();

/** A home of its own, and the command line in it. */
function newHome(name: string) {
  const home = join(place.path, name);
  mkdirSync(home);
  return { home, ocilab: ocilabIn(home) };
}

async function unpacked(name: string): Promise<string> {
  await using image = await openImage(reference, { images: join(place.path, "images") });
  const path = join(place.path, name);
  mkdirSync(path);
  await unpackLayers(image.layers, path);
  return path;
}

describeWith(["root"], "a bundle with an overlay mount", () => {
  const { home, ocilab } = newHome("one");
  const bundle = join(home, "b");

  test("is mounted, says what it is made of, and passes the check", async () => {
    const made = await ocilab(["bundle", "--json", reference, bundle, "/0/1"]);
    expect(JSON.parse(made.stdout)).toMatchObject({ rootfsKind: "overlay", layers: 5, reused: 0 });
    expect(overlaysBelow(home)).toEqual([join(bundle, "rootfs")]);
    expect(JSON.parse(readFileSync(join(bundle, "overlay/lower.json"), "utf8"))).toMatchObject({
      snapshots: join(home, "snapshots"),
      chain: expect.objectContaining({ length: 5 }),
    });
    expect(readFileSync("/proc/self/mountinfo", "utf8")).toContain(
      `lowerdir=${join(home, "snapshots")}/sha256-`,
    );
  });

  test("unmounted it is said to be so, and mounted again it has what was written into it", async () => {
    writeFileSync(join(bundle, "rootfs/mine"), "mine");
    rmSync(join(bundle, "rootfs/0/5"));
    expect(await ocilab(["umount", bundle])).toMatchObject({ exitCode: 0 });
    expect(names(join(bundle, "rootfs"))).toEqual([]);
    const check = await ocilab(["check", "--json", bundle]);
    expect(check.stdout).toContain("it is not mounted");
    for (const words of [
      ["run", bundle],
      ["run", "--memory", "64m", bundle],
      ["create", "--bundle", bundle, "x"],
    ]) {
      const { stderr, exitCode } = await ocilab(words);
      expect([exitCode === 0, stderr]).toEqual([false, expect.stringContaining(`ocilab mount ${bundle}`)]);
    }
    expect((await ocilab(["mount", bundle])).stdout).toBe(`${bundle}/rootfs: mounted, 5 layers\n`);
    expect((await ocilab(["mount", bundle])).stdout).toContain("was mounted already");
    expect(readFileSync(join(bundle, "rootfs/mine"), "utf8")).toBe("mine");
    expect(existsSync(join(bundle, "rootfs/0/5"))).toBe(false);
  });

  test("moved elsewhere it is still one", async () => {
    const moved = join(home, "moved");
    renameSync(bundle, moved);
    expect(overlaysBelow(home)).toEqual([join(moved, "rootfs")]);
    expect(await ocilab(["umount", moved])).toMatchObject({ exitCode: 0 });
    expect(await ocilab(["mount", moved])).toMatchObject({ exitCode: 0 });
    renameSync(moved, bundle);
  });

  test("something that works in it keeps it mounted", async () => {
    const child = spawn("sleep", ["60"], { cwd: join(bundle, "rootfs"), stdio: "ignore" });
    await once(child, "spawn");
    const { exitCode, stderr } = await ocilab(["umount", "--delete", bundle]);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("bundle.in-use")]);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(names(bundle).toSorted()).toEqual(["config.json", "overlay", "rootfs"]);
  });

  test("a directory that holds more is not removed, and neither is what is mounted in it", async () => {
    writeFileSync(join(bundle, "notes"), "");
    expect((await ocilab(["umount", "--delete", bundle])).stderr).toContain("bundle.not-ours");
    expect(names(bundle)).toContain("notes");
    rmSync(join(bundle, "notes"));
    const data = join(home, "data");
    mkdirSync(data);
    writeFileSync(join(data, "precious"), "");
    expect(await ocilab(["umount", bundle])).toMatchObject({ exitCode: 0 });
    mount(join(bundle, "overlay/upper"), { source: data, flags: 0x1000 });
    expect(await ocilab(["umount", "--delete", bundle])).toMatchObject({ exitCode: 0 });
    expect([names(data), existsSync(bundle)]).toEqual([["precious"], false]);
    expect(overlaysBelow(home)).toEqual([]);
  });

  test("the current directory is not replaced under whoever works in it", async () => {
    const here = join(home, "here");
    mkdirSync(here);
    const { stderr, exitCode } = await runProgram(
      join(repository, "bin/ocilab"),
      ["bundle", "busybox", "."],
      {
        cwd: here,
        env: { OCILAB_HOME: home },
      },
    );
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("it is the current directory")]);
    expect(names(here)).toEqual([]);
  });

  test("a copy that finds no room names the bundle, and leaves nothing", async () => {
    const [small, unpacked] = [join(home, "small"), join(home, "unpacked")];
    expect(await ocilab(["bundle", "busybox", unpacked])).toMatchObject({ exitCode: 0 });
    expect(await ocilab(["umount", "--delete", unpacked])).toMatchObject({ exitCode: 0 });
    mkdirSync(small);
    mount(small, { type: "tmpfs", source: "small", data: "size=1m" });
    const { stderr, exitCode } = await ocilab(["bundle", "--copy", "busybox", join(small, "b")]);
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/make the bundle[\s\S]*ENOSPC[\s\S]*bundle.unwritable/),
    ]);
    expect(names(small)).toEqual([]);
    unmount(small);
  });

  test("an image of more layers than one overlay holds is a copy", async () => {
    const { ocilab } = newHome("layers");
    const path = join(place.path, "layers", "bundle");
    const layers = Array.from({ length: 230 }, (_, index) => ({
      tar: tarOf([{ name: `${index}`, data: "x" }]),
    }));
    const many = imageOf(join(place.path, "layers"), layers);
    expect(await ocilab(["bundle", many, path, "--", "/x"])).toMatchObject({ exitCode: 0 });
    expect(overlaysBelow(path)).toEqual([]);
    expect(readdirSync(join(path, "rootfs"))).toHaveLength(230);
  });

  test("what rm leaves of a mounted one is removed as well", async () => {
    const left = join(home, "left");
    expect(await ocilab(["bundle", "busybox", left])).toMatchObject({ exitCode: 0 });
    expect((await runProgram("rm", ["-rf", left])).stderr).toContain("busy");
    expect(names(left)).toEqual(["rootfs"]);
    expect((await ocilab(["umount", left])).stderr).toContain("to remove it: ocilab umount --delete");
    expect(await ocilab(["umount", "--delete", left])).toMatchObject({ exitCode: 0 });
    expect([existsSync(left), overlaysBelow(home)]).toEqual([false, []]);
  });

  test("a plain one is removed as well, and has nothing to mount", async () => {
    const plain = join(home, "plain");
    expect(await ocilab(["bundle", "--copy", "busybox", plain])).toMatchObject({ exitCode: 0 });
    expect(names(plain).toSorted()).toEqual(["config.json", "rootfs"]);
    for (const verb of ["mount", "umount"])
      expect((await ocilab([verb, plain])).stderr).toContain("bundle.no-overlay");
    expect(await ocilab(["umount", "--delete", plain])).toMatchObject({ exitCode: 0 });
    expect(existsSync(plain)).toBe(false);
  });

  test("what its description says is believed only of the own store and of real directories", async () => {
    const path = join(home, "strange");
    expect(await ocilab(["bundle", "busybox", path])).toMatchObject({ exitCode: 0 });
    unmount(join(path, "rootfs"));
    rmSync(join(path, "overlay/upper"), { recursive: true });
    symlinkSync("/etc", join(path, "overlay/upper"));
    expect((await ocilab(["mount", path])).stderr).toContain("bundle.bad-overlay");
    rmSync(join(path, "overlay/upper"));
    mkdirSync(join(path, "overlay/upper"));
    const file = join(path, "overlay/lower.json");
    const { chain } = JSON.parse(readFileSync(file, "utf8")) as { chain: string[] };
    writeFileSync(file, JSON.stringify({ snapshots: "/", chain }));
    expect((await ocilab(["mount", path])).stderr).toContain("bundle.snapshot-gone");
    writeFileSync(
      file,
      JSON.stringify({ snapshots: join(home, "snapshots"), chain: [`sha256:${"0".repeat(64)}`] }),
    );
    expect((await ocilab(["mount", path])).stderr).toContain("bundle.snapshot-gone");
    writeFileSync(file, "{");
    expect((await ocilab(["mount", path])).stderr).toContain("bundle.bad-overlay");
    expect(await ocilab(["umount", "--delete", path])).toMatchObject({ exitCode: 0 });
  });
});

describeWith(["root", "runc"], "a container of a bundle with an overlay mount", () => {
  test("keeps it from being unmounted, and leaves it mounted", async () => {
    const { home, ocilab } = newHome("containers");
    const bundle = join(home, "b");
    await ocilab(["bundle", "busybox", bundle, "true"]);
    expect(await ocilab(["create", "--bundle", bundle, "kept"])).toMatchObject({ exitCode: 0 });
    expect((await ocilab(["umount", bundle])).stderr).toContain("bundle.in-use");
    expect(await ocilab(["delete", "--force", "kept"])).toMatchObject({ exitCode: 0 });
    const { stdout, exitCode } = await ocilab(["run", "--explain", bundle]);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/still there +nothing/)]);
    expect(overlaysBelow(home)).toEqual([join(bundle, "rootfs")]);
    expect(await ocilab(["umount", "--delete", bundle])).toMatchObject({ exitCode: 0 });
  });
});

describeWith(["root"], "many at once", () => {
  test("eight that want the same image unpack it once", async () => {
    const { home, ocilab } = newHome("eight");
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        ocilab(["bundle", "--json", reference, join(home, `b${index}`), "/x"]),
      ),
    );
    const values = made.map(({ stdout }) => JSON.parse(stdout) as { rootfsKind: string; reused: number });
    expect(values.map(({ rootfsKind }) => rootfsKind)).toEqual(Array(8).fill("overlay"));
    expect(values.reduce((sum, { reused }) => sum + 5 - reused, 0)).toBe(5);
    expect(overlaysBelow(home)).toHaveLength(8);
    const plain = await unpacked("eight-plain");
    expect(compareRootfs(plain, join(home, "b7/rootfs"))).toEqual([]);
  });
});

describeWith(["root"], "killed at any moment", () => {
  test("a bundle is whole or absent, and so is every unpacked layer", async () => {
    const { home, ocilab } = newHome("killed");
    const plain = await unpacked("killed-plain");
    for (let round = 0; round < 24; round++) {
      const path = join(home, "bundles-here", `b${round}`);
      if (round % 8 === 0) rmSync(join(home, "snapshots"), { recursive: true, force: true });
      await killedAfter(round * 23, home, ["bundle", reference, path, "/x"]);
      if (!existsSync(path)) continue;
      expect(compareRootfs(plain, join(path, "rootfs"))).toEqual([]);
      removeBundle(path);
    }
    const last = join(home, "bundles-here/last");
    expect(await ocilab(["bundle", reference, last, "/x"])).toMatchObject({ exitCode: 0 });
    expect(compareRootfs(plain, join(last, "rootfs"))).toEqual([]);
    expect(names(join(home, "bundles-here"))).toEqual(["last"]);
    expect(overlaysBelow(home)).toEqual([join(last, "rootfs")]);
    await untilSwept(home, () => ocilab(["bundle", reference, join(home, "again"), "/x"]));
    expect(names(join(home, "snapshots")).filter((name) => name.startsWith(".ocilab"))).toEqual([]);
  });
});

/** Start the command line and end it with SIGKILL after some milliseconds, unless it has ended by then. */
async function killedAfter(milliseconds: number, home: string, words: readonly string[]): Promise<void> {
  const env = { ...process.env, OCILAB_HOME: home };
  const child = spawn(join(repository, "bin/ocilab"), words, { env, stdio: "ignore" });
  const exit = once(child, "exit");
  await Promise.race([sleep(milliseconds), exit]);
  child.kill("SIGKILL");
  await exit;
}

/** The helper of a killed process may write a little longer: then the next command sweeps what is left. */
async function untilSwept(home: string, run: () => Promise<unknown>): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await run();
    if (!names(join(home, "snapshots")).some((name) => name.startsWith(".ocilab"))) return;
    await sleep(50);
  }
}
