import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { compareRootfs } from "../../../scripts/compare-rootfs.ts";
import { unpackLayers } from "../../../src/image/layer/unpack.ts";
import { layerIn, type Member, tarOf } from "../../support/layers.ts";
import { describeWith, repository } from "../../support/needs.ts";
import { scratch } from "../../support/scratch.ts";

/** A layer that takes a while: random bytes in many files. */
function largeTar(files: number): Buffer {
  const data = Buffer.alloc(200_000, "some text that is compressed a little, though never by very much; ");
  return tarOf(Array.from({ length: files }, (_, at): Member => ({ name: `d/${at}`, data })));
}

describeWith(["root"], "unpackLayers", () => {
  test("gives the same from a file, fed, from inside a file, and by each decompressor", async () => {
    await using place = scratch();
    const tar = tarOf([
      { name: "./" },
      { name: "a", data: Buffer.alloc(300_000, "ab") },
      { name: "l", type: "2", link: "a" },
    ]);
    const zstd = layerIn(join(place.path, "zstd"), tar, { stored: zstdCompressSync(tar) });
    const file = layerIn(join(place.path, "file"), tar);
    const span = { path: join(place.path, "within"), offset: 512, length: file.descriptor.size };
    writeFileSync(
      span.path,
      Buffer.concat([Buffer.alloc(512), readFileSync(join(place.path, "file")), Buffer.alloc(700, 1)]),
    );
    const plain = layerIn(join(place.path, "plain"), tar, { stored: tar });
    writeFileSync(
      join(place.path, "plain-within"),
      Buffer.concat([Buffer.alloc(9), tar, Buffer.alloc(700, 1)]),
    );
    const ways = {
      file,
      fed: layerIn(join(place.path, "fed"), tar, { fed: true }),
      within: { ...file, span },
      plain,
      "plain-within": {
        ...plain,
        span: { path: join(place.path, "plain-within"), offset: 9, length: tar.length },
      },
      "plain-fed": layerIn(join(place.path, "plain-fed"), tar, { stored: tar, fed: true }),
      zstd,
      "zstd-fed": layerIn(join(place.path, "zstd-fed"), tar, { stored: zstdCompressSync(tar), fed: true }),
    };
    const { PATH } = process.env;
    const seen: string[] = [];
    for (const [name, layer] of Object.entries({ ...ways, "file-node": file, "zstd-node": zstd })) {
      const target = join(place.path, `target-${name}`);
      mkdirSync(target);
      try {
        if (name.endsWith("-node")) process.env["PATH"] = "/nowhere";
        const [result] = (await unpackLayers([layer], target)).layers;
        expect(result).toMatchObject({ digest: layer.descriptor.digest, entries: 3, bytes: tar.length });
        seen.push(`${result?.compression} by ${result?.decompressor}`);
      } finally {
        process.env["PATH"] = PATH;
      }
      expect(compareRootfs(target, join(place.path, "target-file"))).toEqual([]);
    }
    expect([...new Set(seen)]).toEqual(
      expect.arrayContaining(["none by none", "gzip by node:zlib", "zstd by node:zlib"]),
    );
  });

  test("refuses a target that is missing, full or a file", async () => {
    await using place = scratch();
    writeFileSync(join(place.path, "file"), "");
    for (const [target, says] of [
      [join(place.path, "missing"), "ENOENT"],
      [place.path, 'holds "file"'],
      [join(place.path, "file"), "ENOTDIR"],
    ] as const) {
      await expect(unpackLayers([], target)).rejects.toMatchObject({
        code: "layer.target-not-empty",
        got: expect.stringContaining(says),
      });
    }
  });

  test("takes relative paths", async () => {
    await using place = scratch();
    const target = join(place.path, "target");
    mkdirSync(target);
    const layer = layerIn(join(place.path, "blob"), tarOf([{ name: "f" }]));
    const path = relative(process.cwd(), join(place.path, "blob"));
    const span = { path, offset: 0, length: layer.descriptor.size };
    await unpackLayers([{ ...layer, span }], relative(process.cwd(), target));
    expect(readdirSync(target)).toEqual(["f"]);
  });

  test("without layers leaves an empty root directory, dated 1970", async () => {
    await using place = scratch();
    expect(await unpackLayers([], place.path)).toMatchObject({ layers: [], lostAttributes: [] });
  });

  test("a target whose path is not ASCII is emptied after an error, too", async () => {
    await using place = scratch();
    const target = join(place.path, "zïel \u{1f40b}");
    mkdirSync(target);
    const layer = layerIn(
      join(place.path, "blob"),
      tarOf([{ name: "\xff/\xe9", data: "x" }, { name: "../x" }]),
    );
    await expect(unpackLayers([layer], target)).rejects.toMatchObject({ code: "layer.refused-entry" });
    expect(readdirSync(target)).toEqual([]);
  });

  test("a source that fails while it is read is the error", async () => {
    await using place = scratch();
    const target = join(place.path, "target");
    mkdirSync(target);
    const layer = layerIn(join(place.path, "blob"), largeTar(3), { fed: true });
    const open = (): Promise<never> => Promise.reject(new Error("the network is gone"));
    await expect(unpackLayers([{ ...layer, open }], target)).rejects.toThrow("the network is gone");
    expect(readdirSync(target)).toEqual([]);
  });

  test("an abort rejects with its reason and leaves the target empty", async () => {
    await using place = scratch();
    const target = join(place.path, "target");
    mkdirSync(target);
    const layers = [
      layerIn(join(place.path, "one"), largeTar(20)),
      layerIn(join(place.path, "two"), largeTar(300)),
    ];
    const controller = new AbortController();
    const reason = new Error("enough");
    const unpacking = unpackLayers(layers, target, {
      signal: controller.signal,
      onLayer: () => controller.abort(reason),
    });
    await expect(unpacking).rejects.toBe(reason);
    expect(readdirSync(target)).toEqual([]);
    await expect(unpackLayers(layers, target, { signal: controller.signal })).rejects.toBe(reason);
  });

  test("a helper that is killed is an error that says so, and the target is empty", async () => {
    await using place = scratch();
    const target = join(place.path, "target");
    mkdirSync(target);
    const layers = [
      layerIn(join(place.path, "one"), largeTar(20)),
      layerIn(join(place.path, "two"), largeTar(300)),
    ];
    const kill = (): void => {
      for (const pid of childrenOf(process.pid).filter(isHelper)) process.kill(pid, "SIGKILL");
    };
    await expect(unpackLayers(layers, target, { onLayer: kill })).rejects.toMatchObject({
      code: "layer.helper-died",
      got: expect.stringContaining("SIGKILL"),
    });
    expect(readdirSync(target)).toEqual([]);
  });

  test("when the process that unpacks is killed, the helper removes what it wrote and ends", async () => {
    await using place = scratch();
    const target = join(place.path, "target");
    mkdirSync(target);
    layerIn(join(place.path, "blob"), largeTar(1500));
    const child = spawn(
      process.execPath,
      [join(repository, "test/support/unpack-blob.ts"), join(place.path, "blob"), target],
      {
        stdio: "ignore",
      },
    );
    while (!existsSync(join(target, "d/20"))) await wait(5);
    const helpers = childrenOf(child.pid ?? 0);
    child.kill("SIGKILL");
    await once(child, "exit");
    for (const pid of helpers) while (isHelper(pid)) await wait(10);
    expect(helpers.length).toBeGreaterThan(0);
    expect(readdirSync(target)).toEqual([]);
  });
});

describe("without root", () => {
  test.runIf(process.geteuid?.() === 0)("it says what it needs", async () => {
    await using place = scratch();
    const script = `import { unpackLayers } from ${JSON.stringify(join(repository, "src/image/layer/unpack.ts"))};
      process.seteuid(65534); await unpackLayers([], ${JSON.stringify(place.path)}).catch((error) => console.log(error.code));`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module-typescript", "-e", script], {
      encoding: "utf8",
    });
    expect(stdout).toBe("layer.needs-root\n");
  });
});

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean)
    .map(Number);
}

function isHelper(pid: number): boolean {
  try {
    const [, state] = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return state !== "Z" && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("image/layer/helper.ts");
  } catch {
    return false;
  }
}
