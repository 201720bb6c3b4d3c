import { writeFileSync } from "node:fs";
import { type NewMember, writeTar } from "../../src/image/sources/tar-writer.ts";
import { sha256, smallLayer } from "./layout-writer.ts";

/** The parts of a docker archive of one small image, for a test to change. */
export type DockerParts = {
  config: Record<string, unknown>;
  /** Name of the configuration's member; default HEX.json of its bytes. */
  configName?: string;
  manifest: (parts: { configName: string }) => unknown;
  members: NewMember[];
};

/** Write a docker archive with one layer `L/layer.tar`, changed by `change`, and return its path. */
export function writeDockerArchive(path: string, change: (parts: DockerParts) => void = () => {}): string {
  const layer = smallLayer();
  const parts: DockerParts = {
    config: {
      architecture: "amd64",
      os: "linux",
      config: {},
      rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] },
    },
    manifest: ({ configName }) => [{ Config: configName, RepoTags: ["small:1"], Layers: ["L/layer.tar"] }],
    members: [textMember("L/layer.tar", layer)],
  };
  change(parts);
  const config = Buffer.from(JSON.stringify(parts.config));
  const configName = parts.configName ?? `${sha256(config)}.json`;
  const manifest = parts.manifest({ configName });
  const members = [...parts.members, textMember(configName, config)];
  if (manifest !== undefined) members.push(textMember("manifest.json", JSON.stringify(manifest)));
  writeFileSync(path, writeTar(members, { mtime: 0 }));
  return path;
}

export function textMember(path: string, content: string | Uint8Array): NewMember {
  return { kind: "file", path, mode: 0o644, content: Buffer.from(content) };
}
