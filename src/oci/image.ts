export type { Digest } from "./scalars.ts";
export type * from "./types/image.ts";

/** Where an image is, as the user wrote it. */
export type ImageReference =
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "oci"; readonly path: string; readonly tag?: string }
  | { readonly kind: "oci-archive"; readonly path: string; readonly tag?: string }
  | { readonly kind: "docker-archive"; readonly path: string; readonly tag?: string };
