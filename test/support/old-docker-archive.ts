import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type NewMember, writeTar } from "../../src/image/sources/tar-writer.ts";
import { textMember } from "./docker-archive-writer.ts";
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
      members.push(...layerMembers(id, layer, written.get(digest)));
      written.set(digest, written.get(digest) ?? id);
      return `${id}/layer.tar`;
    });
    members.push(textMember(name, config));
    return { Config: name, RepoTags: names, Layers: paths };
  });
  members.push(textMember("manifest.json", JSON.stringify(manifest)), textMember("repositories", "{}"));
  writeFileSync(file, writeTar(members, { mtime: 0 }));
}

/** The directory of one layer; `first` is the id of the one that has the same bytes already. */
function layerMembers(id: string, layer: Buffer, first: string | undefined): readonly NewMember[] {
  const path = `${id}/layer.tar`;
  return [
    { kind: "directory", path: id, mode: 0o755 },
    textMember(`${id}/VERSION`, "1.0"),
    textMember(`${id}/json`, JSON.stringify({ id })),
    first === undefined
      ? textMember(path, layer)
      : { kind: "symlink", path, mode: 0o777, target: `../${first}/layer.tar` },
  ];
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
