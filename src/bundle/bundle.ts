import type { Spec } from "../oci/spec.ts";

/** A directory with a config.json and, by root.path, a root filesystem (bundle.md). */
export type Bundle = {
  /** The directory, absolute. */
  readonly path: string;
  /** The root filesystem, absolute. */
  readonly rootfs: string;
  readonly spec: Spec;
  /** config.json as it is in the file. */
  readonly configText: string;
};
