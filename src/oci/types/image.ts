// Made by scripts/generate.ts from schemas/.
import type { Digest } from "../scalars.ts";

/**
 * A list of manifests, one a platform (image-spec image-index.md).
 */
export type ImageIndex = {
  /**
   * Always 2, for older readers.
   */
  readonly schemaVersion: 2;
  /**
   * What the document is: application/vnd.oci.image.index.v1+json.
   */
  readonly mediaType?: string;
  /**
   * Kind of artifact, when the index is one.
   */
  readonly artifactType?: string;
  /**
   * The manifests, with their platforms.
   */
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor;
  /**
   * Free metadata about the index.
   */
  readonly annotations?: {
    readonly [k: string]: string;
  };
};
/**
 * A reference to content by its digest.
 */
export type Descriptor = {
  /**
   * What kind of content it is (RFC 6838).
   */
  readonly mediaType: string;
  /**
   * Checksum of the content.
   */
  readonly digest: Digest;
  /**
   * Length of the content in bytes.
   */
  readonly size: number;
  /**
   * Other places that the content can be fetched from.
   */
  readonly urls?: readonly string[];
  /**
   * Free metadata about the content.
   */
  readonly annotations?: {
    readonly [k: string]: string;
  };
  /**
   * The content itself, in base64.
   */
  readonly data?: string;
  /**
   * Kind of artifact, when the content is one.
   */
  readonly artifactType?: string;
  readonly platform?: Platform;
};
/**
 * What an image runs on, in the words of Go (GOOS, GOARCH).
 */
export type Platform = {
  /**
   * Kind of processor, as amd64 or arm64.
   */
  readonly architecture: string;
  /**
   * Operating system, as linux.
   */
  readonly os: string;
  /**
   * Version of the operating system; matters on Windows.
   */
  readonly "os.version"?: string;
  /**
   * Features of the operating system that are needed.
   */
  readonly "os.features"?: readonly string[];
  /**
   * Variant of the processor, as v7.
   */
  readonly variant?: string;
};
/**
 * The configuration and the layers of one image (image-spec manifest.md).
 */
export type ImageManifest = {
  /**
   * Always 2, for older readers.
   */
  readonly schemaVersion: 2;
  /**
   * What the document is: application/vnd.oci.image.manifest.v1+json.
   */
  readonly mediaType?: string;
  /**
   * Kind of artifact, when the manifest is of one.
   */
  readonly artifactType?: string;
  readonly config: Descriptor;
  /**
   * The layers, lowest first.
   */
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
  /**
   * Free metadata about the image.
   */
  readonly annotations?: {
    readonly [k: string]: string;
  };
};
/**
 * How an image was made and how its containers run (image-spec config.md).
 */
export type ImageConfig = {
  /**
   * When the image was made (RFC 3339).
   */
  readonly created?: string;
  /**
   * Who made it.
   */
  readonly author?: string;
  /**
   * Kind of processor that its programs are for, as amd64.
   */
  readonly architecture: string;
  /**
   * Operating system that its programs are for, as linux.
   */
  readonly os: string;
  /**
   * Version of the operating system; matters on Windows.
   */
  readonly "os.version"?: string;
  /**
   * Features of the operating system that are needed.
   */
  readonly "os.features"?: readonly string[];
  /**
   * Variant of the processor, as v7.
   */
  readonly variant?: string;
  readonly config?: ImageExecution;
  readonly rootfs: ImageRootfs;
  /**
   * The steps that made the image, first first.
   */
  readonly history?: readonly ImageHistory[];
};
/**
 * What the containers of an image run by default.
 */
export type ImageExecution = {
  /**
   * Name or number of the user, with :GROUP if wanted.
   */
  readonly User?: string;
  /**
   * Ports that the programs listen on, as 80/tcp.
   */
  readonly ExposedPorts?: {
    readonly [k: string]: Record<string, unknown>;
  } | null;
  /**
   * Environment, as NAME=VALUE.
   */
  readonly Env?: readonly string[] | null;
  /**
   * Program and arguments that stand before Cmd.
   */
  readonly Entrypoint?: readonly string[] | null;
  /**
   * Default arguments, or the program where there is no Entrypoint.
   */
  readonly Cmd?: readonly string[] | null;
  /**
   * Directories that hold data of the container.
   */
  readonly Volumes?: {
    readonly [k: string]: Record<string, unknown>;
  } | null;
  /**
   * Working directory.
   */
  readonly WorkingDir?: string;
  /**
   * Free metadata of the container.
   */
  readonly Labels?: {
    readonly [k: string]: string;
  } | null;
  /**
   * Signal that asks the container to stop, as SIGTERM.
   */
  readonly StopSignal?: string;
  /**
   * Deprecated. On Windows: the arguments are one escaped line.
   */
  readonly ArgsEscaped?: boolean;
};
/**
 * The layers of an image by their content.
 */
export type ImageRootfs = {
  /**
   * Always layers.
   */
  readonly type: "layers";
  /**
   * Digests of the uncompressed layers, lowest first.
   */
  readonly diff_ids: readonly Digest[];
};
/**
 * One step that made an image.
 */
export type ImageHistory = {
  /**
   * When it was done (RFC 3339).
   */
  readonly created?: string;
  /**
   * Who did it.
   */
  readonly author?: string;
  /**
   * The command that did it.
   */
  readonly created_by?: string;
  /**
   * A remark.
   */
  readonly comment?: string;
  /**
   * Whether it changed no file, so that no layer stands for it.
   */
  readonly empty_layer?: boolean;
};
/**
 * The file oci-layout of an image layout (image-spec image-layout.md).
 */
export type ImageLayout = {
  /**
   * Version of the layout.
   */
  readonly imageLayoutVersion: "1.0.0";
};
