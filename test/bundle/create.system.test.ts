import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkBundle } from "../../src/bundle/check.ts";
import { createBundle } from "../../src/bundle/create.ts";
import { readBundle } from "../../src/bundle/read.ts";
import { openImage } from "../../src/image/open.ts";
import { mount, unmount } from "../../src/linux/mount.ts";
import type { SpecOption } from "../../src/spec/context.ts";
import { withCommand } from "../../src/spec/options/arguments.ts";
import { withMount } from "../../src/spec/options/mounts.ts";
import { withUserNamespace } from "../../src/spec/options/namespaces.ts";
import { withCwd } from "../../src/spec/options/process.ts";
import { tarOf } from "../support/layers.ts";
import { describeWith } from "../support/needs.ts";
import { imageOf } from "../support/rootfs.ts";
import { scratch } from "../support/scratch.ts";

const place = scratch();
afterAll(() => place[Symbol.asyncDispose]());
const open = () => openImage("busybox", { images: join(place.path, "images") });

/** Names in the directory where bundles are made: a temporary one left over would show. */
function names(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

describeWith(["root"], "making a bundle", () => {
  test("gives a rootfs and a config without problems, closed to others", async () => {
    await using image = await open();
    const path = join(place.path, "a/good");
    const bundle = await createBundle(image, path, { hostname: "web" });
    expect(names(path).toSorted()).toEqual(["config.json", "rootfs"]);
    expect(names(join(place.path, "a"))).toEqual(["good"]);
    expect(readBundle(path)).toEqual(bundle);
    expect(await checkBundle(bundle)).toEqual([]);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect([bundle.spec.hostname, readFileSync(join(path, "config.json"), "utf8")]).toEqual([
      "web",
      bundle.configText,
    ]);
  });

  test("lets a user namespace's root pass through", async () => {
    await using image = await open();
    const path = join(place.path, "a/users");
    const mapping = [{ containerID: 0, hostID: 100000, size: 65536 }];
    await createBundle(image, path, {
      specOptions: [withUserNamespace({ uidMappings: mapping, gidMappings: mapping })],
    });
    expect(statSync(path).mode & 0o777).toBe(0o711);
  });

  test("makes what a user namespace's root may not make in an image without /proc, and follows no link", async () => {
    const members = [{ name: "app" }, { name: "sys", type: "2", link: "/etc" }] as const;
    const reference = imageOf(place.path, [{ tar: tarOf(members) }]);
    await using image = await openImage(reference, { images: join(place.path, "images") });
    const ids = [{ containerID: 0, hostID: 100000, size: 65536 }];
    const made = async (name: string, ...specOptions: readonly SpecOption[]) => {
      const options = { specOptions: [withCommand(["/app"]), ...specOptions] };
      return names((await createBundle(image, join(place.path, "a", name), options)).rootfs).toSorted();
    };
    expect(await made("plain")).toEqual(["app", "sys"]);
    const own = withUserNamespace({ uidMappings: ids, gidMappings: ids });
    const file = withMount({ destination: "/file", source: "/etc/passwd", options: ["bind"] });
    expect(await made("mapped", own, file)).toEqual(["app", "dev", "proc", "sys"]);
    expect(await made("at-home", own, withCwd("/data/in"))).toEqual(["app", "data", "dev", "proc", "sys"]);
    expect(statSync(join(place.path, "a/at-home/rootfs/data/in"))).toMatchObject({
      uid: 100000,
      gid: 100000,
    });
    expect(await made("linked", own, withCwd("/sys/away"))).toEqual(["app", "dev", "proc", "sys"]);
    expect(existsSync("/etc/away")).toBe(false);
  });

  test("a wish that cannot be is refused before a layer is read", async () => {
    await using image = await open();
    const path = join(place.path, "c/early");
    const layers = image.layers.map((layer) => ({
      ...layer,
      span: { ...layer.span, path: "/no/such/layer", offset: 0, length: 1 },
    }));
    const make = (config: object, specOptions: readonly SpecOption[]) =>
      createBundle({ config: { ...image.config, config }, layers }, path, { specOptions });
    await expect(make({}, [])).rejects.toMatchObject({ code: "spec.no-arguments" });
    const bad: SpecOption = (spec) => ({
      ...spec,
      linux: { ...spec.linux, namespaces: [{ type: "uts" }, { type: "uts" }] },
    });
    await expect(make({ Cmd: ["sh"] }, [bad])).rejects.toMatchObject({ code: "bundle.invalid" });
    expect(names(join(place.path, "c"))).toEqual([]);
  });

  test("takes an empty directory, and refuses one that is not", async () => {
    await using image = await open();
    const [empty, full] = [join(place.path, "b/empty"), join(place.path, "b/full")];
    for (const path of [empty, full]) mkdirSync(path, { recursive: true });
    writeFileSync(join(full, "mine"), "");
    await createBundle(image, empty);
    await expect(createBundle(image, full)).rejects.toMatchObject({ code: "bundle.exists" });
    expect(names(full)).toEqual(["mine"]);
    await expect(createBundle(image, join(full, "mine"))).rejects.toMatchObject({ code: "bundle.exists" });
  });

  test.each<[string, { specOptions?: SpecOption[]; signal?: AbortSignal }, object]>([
    [
      "an option that throws",
      {
        specOptions: [
          () => {
            throw new Error("no");
          },
        ],
      },
      { message: "no" },
    ],
    [
      "a spec with errors",
      { specOptions: [(spec) => ({ ...spec, root: { path: "rootfs" }, mounts: [{ destination: "" }] })] },
      { code: "bundle.invalid" },
    ],
    ["an abort before", { signal: AbortSignal.abort(new Error("stop")) }, { message: "stop" }],
    ["an abort meanwhile", { signal: AbortSignal.timeout(60) }, { name: "TimeoutError" }],
  ])("%s leaves nothing", async (_title, options, error) => {
    await using image = await open();
    const folder = join(place.path, "c");
    await expect(createBundle(image, join(folder, "x"), options)).rejects.toMatchObject(error);
    expect(names(folder)).toEqual([]);
  });

  test("a failure removes the parents that were made for it, and no others", async () => {
    await using image = await open();
    const folder = join(place.path, "f");
    mkdirSync(folder);
    const fails = { onUnpacked: () => Promise.reject(new Error("no")) };
    await expect(createBundle(image, join(folder, "a/b/c"), fails)).rejects.toThrow("no");
    expect(names(place.path)).toContain("f");
    expect(names(folder)).toEqual([]);
    await createBundle(image, join(folder, "a/b/c"));
    expect(names(join(folder, "a/b"))).toEqual(["c"]);
  });

  test("a link to an empty directory is followed, one to nothing refused before anything is unpacked", async () => {
    await using image = await open();
    const folder = join(place.path, "g");
    mkdirSync(join(folder, "empty"), { recursive: true });
    symlinkSync("empty", join(folder, "link"));
    symlinkSync("nowhere", join(folder, "dangling"));
    expect((await createBundle(image, join(folder, "link"))).path).toBe(join(folder, "empty"));
    expect(names(join(folder, "empty"))).toEqual(["config.json", "rootfs"]);
    const refused = createBundle(image, join(folder, "dangling"), {
      onUnpacked: () => Promise.reject(new Error("too late")),
    });
    await expect(refused).rejects.toMatchObject({ code: "bundle.exists" });
  });

  test("a mount point is refused before anything is unpacked", async () => {
    await using image = await open();
    const point = join(place.path, "h");
    mkdirSync(point);
    mount(point, { type: "tmpfs" });
    try {
      const refused = createBundle(image, point, {
        onUnpacked: () => Promise.reject(new Error("too late")),
      });
      await expect(refused).rejects.toMatchObject({ code: "bundle.unwritable", hint: expect.any(String) });
    } finally {
      unmount(point);
    }
  });

  test("a name that cannot be looked at is told as the bundle's", async () => {
    await using image = await open();
    const refused = createBundle(image, join(place.path, "n".repeat(300)));
    await expect(refused).rejects.toMatchObject({
      code: "bundle.unwritable",
      got: "the kernel answered ENAMETOOLONG",
    });
  });

  test("removes what a killed one left", async () => {
    await using image = await open();
    const folder = join(place.path, "d");
    const namespace = /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0];
    mkdirSync(join(folder, `.ocilab-999999999-1-${namespace}-0123abcd/rootfs`), { recursive: true });
    await createBundle(image, join(folder, "x"), { specOptions: [withCommand(["true"])] });
    expect(names(folder)).toEqual(["x"]);
  });

  test("does not follow a passwd that links out of the rootfs", async () => {
    await using image = await open();
    const secret = join(place.path, "secret");
    writeFileSync(secret, "intruder:x:0:0::/pwned:/bin/sh\n");
    const path = join(place.path, "e");
    const relink = (): void => {
      const etc = join(
        place.path,
        readdirSync(place.path).find((name) => name.startsWith(".ocilab-")) ?? "",
        "rootfs/etc",
      );
      mkdirSync(etc, { recursive: true });
      writeFileSync(join(etc, "marker"), "");
      rmSync(join(etc, "passwd"), { force: true });
      symlinkSync(secret, join(etc, "passwd"));
    };
    const bundle = await createBundle(image, path, { onUnpacked: relink });
    expect(existsSync(join(path, "rootfs/etc/marker"))).toBe(true);
    expect(bundle.spec.process?.env).not.toContain("HOME=/pwned");
  });
});
