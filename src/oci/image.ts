import type { RegistryReference } from "./registry-name.ts";

export type { Digest } from "./scalars.ts";
export type * from "./types/image.ts";

/** Where an image is, as the user wrote it. */
export type ImageReference =
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "oci"; readonly path: string; readonly tag?: string }
  | { readonly kind: "oci-archive"; readonly path: string; readonly tag?: string }
  | { readonly kind: "docker-archive"; readonly path: string; readonly tag?: string }
  /** An image in a Docker daemon: NAME[:TAG|@DIGEST] or an id. */
  | { readonly kind: "docker-daemon"; readonly name: string }
  /** The root filesystem of a container in a Docker daemon, by its name or id. */
  | { readonly kind: "docker-container"; readonly name: string }
  /** A directory that is a root filesystem, or one of skopeo's dir: transport. */
  | { readonly kind: "dir"; readonly path: string }
  /** A tar archive of a root filesystem; "-" is standard input. */
  | { readonly kind: "rootfs-tar"; readonly path: string }
  | RegistryReference;
