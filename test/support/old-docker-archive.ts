import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type NewMember, writeTar } from "../../src/image/sources/tar-writer.ts";
import { type LooseDescriptor, sha256 } from "./layout-writer.ts";

/** One image to write: where it is in an OCI layout, and the names that docker knows it by. */
export type OldImage = { readonly layout: string; readonly tag: string; readonly names: readonly string[] };

/**
 * Write what `docker save` of docker 1.10 to 24 wrote: a directory for each layer with VERSION, json and layer.tar, HEX.json for each configuration,
 * repositories and manifest.json. A layer that is in the archive already is a symlink to the first one's layer.tar, as docker wrote it.
 */
export function writeOldDockerArchive(file: string, images: readonly OldImage[]): void {
  const members: NewMember[] = [];
  const written = new Map<string, string>();
  const manifest = images.map(({ layout, tag, names }) => {
    const { config, layers } = readImage(layout, tag);
    const name = `${sha256(config)}.json`;
    const paths = layers.map((layer, depth) => {
      const digest = sha256(layer);
      const id = sha256(Buffer.from(`${names[0]} ${depth} ${digest}`));
      const first = written.get(digest);
      members.push({ kind: "directory", path: id, mode: 0o755 });
      members.push({ kind: "file", path: `${id}/VERSION`, mode: 0o644, content: Buffer.from("1.0") });
      members.push({
        kind: "file",
        path: `${id}/json`,
        mode: 0o644,
        content: Buffer.from(JSON.stringify({ id })),
      });
      if (first === undefined)
        members.push({ kind: "file", path: `${id}/layer.tar`, mode: 0o644, content: layer });
      else
        members.push({
          kind: "symlink",
          path: `${id}/layer.tar`,
          mode: 0o777,
          target: `../${first}/layer.tar`,
        });
      written.set(digest, first ?? id);
      return `${id}/layer.tar`;
    });
    members.push({ kind: "file", path: name, mode: 0o644, content: config });
    return { Config: name, RepoTags: names, Layers: paths };
  });
  members.push({
    kind: "file",
    path: "manifest.json",
    mode: 0o644,
    content: Buffer.from(JSON.stringify(manifest)),
  });
  members.push({ kind: "file", path: "repositories", mode: 0o644, content: Buffer.from("{}") });
  writeFileSync(file, writeTar(members, { mtime: 0 }));
}

function readImage(
  layout: string,
  tag: string,
): { readonly config: Buffer; readonly layers: readonly Buffer[] } {
  const read = (digest: string) => readFileSync(join(layout, "blobs/sha256", digest.slice("sha256:".length)));
  const { manifests } = JSON.parse(readFileSync(join(layout, "index.json"), "utf8")) as {
    manifests: LooseDescriptor[];
  };
  const named = (descriptor: LooseDescriptor) =>
    (descriptor["annotations"] as Record<string, string> | undefined)?.[
      "org.opencontainers.image.ref.name"
    ] === tag;
  const digest = manifests.find(named)?.digest ?? "";
  const manifest = JSON.parse(read(digest).toString()) as {
    config: LooseDescriptor;
    layers: LooseDescriptor[];
  };
  return {
    config: read(manifest.config.digest),
    layers: manifest.layers.map((layer) => {
      const bytes = read(layer.digest);
      return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
    }),
  };
}
