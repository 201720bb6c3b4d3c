import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeTar } from "../../src/image/sources/tar-writer.ts";

/** A descriptor as a test writes it, right or wrong. */
export type LooseDescriptor = { mediaType: string; digest: string; size: number; [more: string]: unknown };

export const ociTypes = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
} as const;

/** Writes an OCI layout by hand, so that a test can make every mistake in it. */
export type LayoutWriter = {
  readonly path: string;
  /** Store bytes as they are and describe them. */
  blob(mediaType: string, bytes: Uint8Array): LooseDescriptor;
  /** Store a value as JSON. */
  json(mediaType: string, value: unknown): LooseDescriptor;
  /** Write index.json. */
  index(manifests: readonly unknown[]): void;
};

/** A new layout below an existing directory's path; it has oci-layout and no index yet. */
export function newLayout(path: string): LayoutWriter {
  mkdirSync(join(path, "blobs/sha256"), { recursive: true });
  writeFileSync(join(path, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  const blob: LayoutWriter["blob"] = (mediaType, bytes) => {
    const hex = sha256(bytes);
    writeFileSync(join(path, "blobs/sha256", hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  return {
    path,
    blob,
    json: (mediaType, value) => blob(mediaType, Buffer.from(JSON.stringify(value))),
    index: (manifests) =>
      writeFileSync(
        join(path, "index.json"),
        JSON.stringify({ schemaVersion: 2, mediaType: ociTypes.index, manifests }),
      ),
  };
}

/** What `smallImage` lets a test change before it is stored. */
export type SmallImageChanges = {
  readonly architecture?: string;
  readonly content?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly manifest?: (manifest: Record<string, unknown>) => Record<string, unknown>;
};

/** A true image of one layer with one file, stored in the layout; the descriptor of its manifest. */
export function smallImage(layout: LayoutWriter, changes: SmallImageChanges = {}): LooseDescriptor {
  const layer = smallLayer(changes.content);
  const config = {
    architecture: changes.architecture ?? "amd64",
    os: "linux",
    config: { Cmd: ["sh"] },
    rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] },
    ...changes.config,
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: ociTypes.manifest,
    config: layout.json(ociTypes.config, config),
    layers: [layout.blob(ociTypes.layer, layer)],
  };
  return layout.json(ociTypes.manifest, changes.manifest?.(manifest) ?? manifest);
}

/** A tar file of one file. */
export function smallLayer(content = "hello\n"): Buffer {
  return writeTar([{ kind: "file", path: "hello", mode: 0o644, content: Buffer.from(content) }], {
    mtime: 0,
  });
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
