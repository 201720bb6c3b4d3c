/** Media types of the image specification (media-types.md) and the older Docker ones that mean the same. */
export const mediaTypes = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
  layerGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  layerZstd: "application/vnd.oci.image.layer.v1.tar+zstd",
  empty: "application/vnd.oci.empty.v1+json",
  dockerIndex: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerConfig: "application/vnd.docker.container.image.v1+json",
  dockerLayer: "application/vnd.docker.image.rootfs.diff.tar",
  dockerLayerGzip: "application/vnd.docker.image.rootfs.diff.tar.gzip",
  dockerLayerZstd: "application/vnd.docker.image.rootfs.diff.tar.zstd",
} as const;

/** How the bytes of a layer blob are packed. */
export type LayerCompression = "none" | "gzip" | "zstd";

const kinds: Readonly<Record<string, "index" | "manifest" | "config">> = {
  [mediaTypes.index]: "index",
  [mediaTypes.dockerIndex]: "index",
  [mediaTypes.manifest]: "manifest",
  [mediaTypes.dockerManifest]: "manifest",
  [mediaTypes.config]: "config",
  [mediaTypes.dockerConfig]: "config",
};

const layers: Readonly<Record<string, LayerCompression>> = {
  [mediaTypes.layer]: "none",
  [mediaTypes.layerGzip]: "gzip",
  [mediaTypes.layerZstd]: "zstd",
  [mediaTypes.dockerLayer]: "none",
  [mediaTypes.dockerLayerGzip]: "gzip",
  [mediaTypes.dockerLayerZstd]: "zstd",
  // Layers that must not be pushed elsewhere: deprecated since image-spec 1.1, still read.
  "application/vnd.oci.image.layer.nondistributable.v1.tar": "none",
  "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip": "gzip",
  "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd": "zstd",
  "application/vnd.docker.image.rootfs.foreign.diff.tar": "none",
  "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip": "gzip",
};

/** What a document of this media type is, or undefined for anything else (layers, artifacts, unknown types). Parameters after ";" are not looked at. */
export function documentKind(mediaType: string): "index" | "manifest" | "config" | undefined {
  return entry(kinds, mediaType);
}

/** How a layer of this media type is packed, or undefined when it is no layer that can be unpacked (encrypted ones among them). */
export function layerCompression(mediaType: string): LayerCompression | undefined {
  return entry(layers, mediaType);
}

function entry<T>(table: Readonly<Record<string, T>>, mediaType: string): T | undefined {
  const bare = (mediaType.split(";", 1)[0] ?? "").trim().toLowerCase();
  return Object.hasOwn(table, bare) ? table[bare] : undefined;
}
