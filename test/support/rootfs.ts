import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type UnpackResult, unpackLayers } from "../../src/image/layer/unpack.ts";
import { openImage } from "../../src/image/open.ts";
import { containersEnvironment, must } from "./images.ts";
import { sha256 } from "./layers.ts";
import { newLayout, ociTypes } from "./layout-writer.ts";
import { peer } from "./needs.ts";

/** The umoci that root filesystems are compared with: 0.6.0 where it is unpacked, else the one in PATH. */
export const umoci = existsSync(peer("umoci")) ? peer("umoci") : "umoci";

/** Unpack an image with ocilab into DIRECTORY/ours. */
export async function unpackOurs(reference: string, directory: string): Promise<UnpackResult> {
  const target = join(directory, "ours");
  mkdirSync(target);
  await using image = await openImage(reference, { images: join(directory, "images") });
  return await unpackLayers(image.layers, target);
}

/** Unpack an image with umoci into DIRECTORY/theirs, by way of a layout that skopeo makes if it lies in an archive. */
export async function unpackTheirs(reference: string, directory: string): Promise<void> {
  const layout = reference.startsWith("oci:") ? reference : `oci:${join(directory, "for-umoci")}:image`;
  if (layout !== reference) {
    await must("skopeo", ["copy", "--quiet", "--insecure-policy", reference, layout], {
      env: containersEnvironment(directory),
    });
  }
  await must(umoci, ["raw", "unpack", "--image", layout.slice("oci:".length), join(directory, "theirs")]);
}

export type Stored = { readonly tar: Buffer; readonly compression?: "gzip" | "zstd" | "none" };

/** An OCI layout DIRECTORY/layout with the image `made` of these layers, base first. Returns its reference. */
export function imageOf(directory: string, layers: readonly Stored[]): string {
  const layout = newLayout(join(directory, "layout"));
  const config = {
    architecture: { x64: "amd64", arm64: "arm64" }[process.arch as string] ?? process.arch,
    os: "linux",
    config: { Cmd: ["sh"] },
    rootfs: { type: "layers", diff_ids: layers.map(({ tar }) => sha256(tar)) },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: ociTypes.manifest,
    config: layout.json(ociTypes.config, config),
    layers: layers.map(({ tar, compression = "gzip" }) => {
      if (compression === "gzip") return layout.blob(`${ociTypes.layer}+gzip`, gzipSync(tar, { level: 1 }));
      if (compression === "zstd") return layout.blob(`${ociTypes.layer}+zstd`, zstdCompressSync(tar));
      return layout.blob(ociTypes.layer, tar);
    }),
  };
  const annotations = { "org.opencontainers.image.ref.name": "made" };
  layout.index([{ ...layout.json(ociTypes.manifest, manifest), annotations }]);
  return `oci:${layout.path}:made`;
}

/** The tar archive of a Debian root filesystem of more than 8,000 files. */
export async function debianTar(): Promise<Buffer> {
  return readFileSync(await debianTarFile());
}

/** The file of that archive; made once (20 s) and kept in the cache directory. */
export async function debianTarFile(): Promise<string> {
  const cache = process.env["XDG_CACHE_HOME"] ?? "/var/cache";
  const file = join(cache, "ocilab-test/debian-bookworm-minbase.tar");
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    const partial = `${file}.${process.pid}.tar`;
    await must("mmdebstrap", ["--quiet", "--variant=minbase", "bookworm", partial]);
    renameSync(partial, file);
  }
  return file;
}
