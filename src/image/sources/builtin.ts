import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Cancel } from "../../base/brand.ts";
import { errnoOf, OcilabError } from "../../base/errors.ts";
import { log } from "../../base/log.ts";
import { runProgram } from "../../base/process.ts";
import { makeStore } from "../../base/store.ts";
import { sweepTemporary, temporaryDirectory } from "../../base/temporary.ts";
import { quote } from "../../base/text.ts";
import { readElf } from "../../linux/elf.ts";
import { mediaTypes } from "../../oci/media-types.ts";
import { builtinNames } from "../../oci/reference.ts";
import type { ImageSource } from "../image.ts";
import { busyboxConfig, busyboxMembers } from "./busybox.ts";
import { directoryTree, statOf } from "./file-tree.ts";
import { layoutSource } from "./layout.ts";
import { writeTar } from "./tar-writer.ts";

/** Raised when the recipe changes, so that layouts made by an older ocilab are not taken for today's. */
const recipe = 1;
/** Time of everything in the image: 2020-01-01, so that one program always gives one digest. */
const mtime = 1_577_836_800;

/**
 * A built-in image as a source: "busybox", made of this machine's static busybox as an OCI image layout below `images` (made once for each busybox,
 * under a name with its hash; renamed into place whole, so that any number of processes may do so at once). The same program gives the same digests.
 * Errors "image.unknown-builtin"; "host.program-missing" where no static busybox is installed.
 */
export async function openBuiltin(
  name: string,
  options: Cancel & { readonly images: string; readonly program?: string },
): Promise<ImageSource> {
  if (!(builtinNames as readonly string[]).includes(name)) {
    const got = `the built-in images are ${builtinNames.join(", ")}`;
    throw new OcilabError("image.unknown-builtin", { doing: `open the built-in image ${quote(name)}`, got });
  }
  const busybox = findBusybox(
    options.program === undefined ? ["/bin/busybox", "/usr/bin/busybox"] : [options.program],
  );
  const hash = createHash("sha256").update(`${recipe}\n`).update(busybox.bytes).digest("hex");
  const layout = join(options.images, `busybox-${hash.slice(0, 16)}`);
  if (!isWhole(layout)) await makeLayout(layout, busybox, options);
  return layoutSource(directoryTree(layout));
}

type Busybox = { readonly path: string; readonly bytes: Buffer; readonly architecture: string };

function findBusybox(candidates: readonly string[]): Busybox {
  let got = `there is no program ${candidates.map((path) => quote(path)).join(" or ")}`;
  for (const path of candidates) {
    if (!statOf(path)?.isFile()) continue;
    const bytes = readFileSync(path);
    const elf = readElf(bytes);
    if (elf !== undefined && elf.interpreter === undefined && !elf.architecture.includes(" "))
      return { path, bytes, architecture: elf.architecture };
    got = `${quote(path)} is ${elf?.interpreter === undefined ? "no ELF program of a known architecture" : "not static, so it cannot run alone in an image"}`;
  }
  const hint = "install the Debian package busybox-static";
  throw new OcilabError("host.program-missing", { doing: "make the built-in image busybox", got, hint });
}

/** The layout is renamed into place when all its files are on the disk. */
function isWhole(layout: string): boolean {
  return statOf(join(layout, "index.json")) !== undefined;
}

async function makeLayout(
  layout: string,
  busybox: Busybox,
  options: Cancel & { images: string },
): Promise<void> {
  log.debug("make the built-in image", { layout, program: busybox.path });
  const listed = await runProgram(busybox.path, ["--list-full"], options);
  const applets = listed.stdout
    .split("\n")
    .filter((path) => /^(bin|sbin|usr\/bin|usr\/sbin)\/[^/]+$/.test(path));
  const version =
    /^BusyBox v(\S+)/.exec((await runProgram(busybox.path, ["--help"], options)).stdout)?.[1] ?? "unknown";
  const layer = writeTar(busyboxMembers({ program: busybox.bytes, applets, version }), { mtime });
  makeStore(options.images);
  sweepTemporary(options.images);
  await using place = temporaryDirectory(options.images);
  const made = join(place.path, "layout");
  writeLayout(made, { layer, version, architecture: busybox.architecture });
  if (statOf(layout) !== undefined && !isWhole(layout)) rmSync(layout, { recursive: true, force: true });
  try {
    renameSync(made, layout);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST"].includes(errnoOf(error) ?? "")) throw error;
  }
}

type Ingredients = { readonly layer: Buffer; readonly version: string; readonly architecture: string };

function writeLayout(directory: string, { layer, version, architecture }: Ingredients): void {
  mkdirSync(join(directory, "blobs/sha256"), { recursive: true });
  const write = (name: string, bytes: Uint8Array): void =>
    writeFileSync(join(directory, name), bytes, { flush: true });
  const blob = (mediaType: string, bytes: Uint8Array) => {
    const hex = createHash("sha256").update(bytes).digest("hex");
    write(`blobs/sha256/${hex}`, bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const diffId = `sha256:${createHash("sha256").update(layer).digest("hex")}`;
  const created = new Date(mtime * 1000).toISOString();
  const config = busyboxConfig({ architecture, diffId, version, created });
  const manifest = blob(
    mediaTypes.manifest,
    json({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: blob(mediaTypes.config, json(config)),
      layers: [blob(mediaTypes.layerGzip, gzipSync(layer, { level: 6 }))],
    }),
  );
  const platform = { os: "linux", architecture };
  const annotations = { "org.opencontainers.image.ref.name": "latest" };
  write(
    "index.json",
    json({
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [{ ...manifest, platform, annotations }],
    }),
  );
  write("oci-layout", json({ imageLayoutVersion: "1.0.0" }));
}
