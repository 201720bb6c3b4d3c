import { findNearNames } from "./near-names.ts";
import { type Fault, problemsOf } from "./problems.ts";
import type { Problem } from "./spec.ts";
import * as image from "./validators/image.js";
import * as runtime from "./validators/runtime.js";
import { roots } from "./validators/shapes.js";

type Validator = { (value: unknown): boolean; errors?: readonly Fault[] | null };

/**
 * Every problem of a config.json by its schema (schemas/config.schema.json), empty when there is none; `value` comes from `parseJson`.
 * Members that the specification does not know are no problem (config.md#extensibility), but one whose name is nearly a known one is a warning.
 */
export function validateSpec(value: unknown): Problem[] {
  return [...check(runtime.config, value), ...findNearNames(value, roots.config)];
}

/** Every problem of a container state (schemas/state.schema.json), as `runc state` prints it. */
export function validateState(value: unknown): Problem[] {
  return check(runtime.state, value);
}

/** Every problem of what `runc features` prints (schemas/features.schema.json). */
export function validateFeatures(value: unknown): Problem[] {
  return check(runtime.features, value);
}

/** Every problem of an image index (schemas/index.schema.json), or of a Docker manifest list. */
export function validateIndex(value: unknown): Problem[] {
  return check(image.index, value);
}

/** Every problem of an image manifest (schemas/manifest.schema.json), or of one of Docker's. */
export function validateManifest(value: unknown): Problem[] {
  return check(image.manifest, value);
}

/** Every problem of an image configuration (schemas/image-config.schema.json), or of one of Docker's. */
export function validateImageConfig(value: unknown): Problem[] {
  return check(image.imageConfig, value);
}

/** Every problem of the file oci-layout (schemas/layout.schema.json). */
export function validateLayout(value: unknown): Problem[] {
  return check(image.layout, value);
}

/** Every problem of a descriptor (schemas/descriptor.schema.json). */
export function validateDescriptor(value: unknown): Problem[] {
  return check(image.descriptor, value);
}

function check(validator: Validator, value: unknown): Problem[] {
  return validator(value) ? [] : problemsOf(value, validator.errors ?? []);
}
