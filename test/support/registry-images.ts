import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type LayoutWriter, newLayout, ociTypes, smallImage } from "./layout-writer.ts";
import { push } from "./registry.ts";

/** Fill a registry: lab/app:1 and :2 (one layer of about 3 MB), lab/many:1 (linux/amd64, linux/arm64 in an index), lab/old:1 (docker's schema 2). */
export async function fillRegistry(host: string, directory: string): Promise<void> {
  const layout = newLayout(join(directory, "layout"));
  const big = smallImage(layout, { content: randomBytes(1_500_000).toString("hex") });
  const amd = smallImage(layout);
  const arm = smallImage(layout, { architecture: "arm64" });
  const index = layout.json(ociTypes.index, {
    schemaVersion: 2,
    mediaType: ociTypes.index,
    manifests: [
      { ...arm, platform: { os: "linux", architecture: "arm64" } },
      { ...amd, platform: { os: "linux", architecture: "amd64" } },
    ],
  });
  name(layout, { big, index });
  const copy = (tag: string, to: string, flags: readonly string[] = []) =>
    push(`oci:${layout.path}:${tag}`, `${host}/${to}`, { directory, flags });
  await copy("big", "lab/app:1");
  await copy("big", "lab/app:2");
  await copy("index", "lab/many:1", ["--all"]);
  await copy("big", "lab/old:1", ["--format", "v2s2"]);
}

function name(layout: LayoutWriter, images: Readonly<Record<string, object>>): void {
  layout.index(
    Object.entries(images).map(([tag, descriptor]) => ({
      ...descriptor,
      annotations: { "org.opencontainers.image.ref.name": tag },
    })),
  );
}
