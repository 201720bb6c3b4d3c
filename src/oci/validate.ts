import type { Problem } from "./spec.ts";

type Validate = (value: unknown) => Problem[];

/** Problems of a config.json by its schema; empty when there are none. `value` comes from `parseJson`. */
export const validateSpec: Validate = requires(["ociVersion"]);
/** Problems of a container state by its schema. */
export const validateState: Validate = requires(["ociVersion", "id", "status", "bundle"]);
/** Problems of a features document by its schema. */
export const validateFeatures: Validate = requires(["ociVersionMin", "ociVersionMax"]);
/** Problems of an image index by its schema. */
export const validateIndex: Validate = requires(["schemaVersion", "manifests"]);
/** Problems of an image manifest by its schema. */
export const validateManifest: Validate = requires(["schemaVersion", "config", "layers"]);
/** Problems of an image configuration by its schema. */
export const validateImageConfig: Validate = requires(["architecture", "os", "rootfs"]);
/** Problems of an oci-layout file by its schema. */
export const validateLayout: Validate = requires(["imageLayoutVersion"]);
/** Problems of a descriptor by its schema. */
export const validateDescriptor: Validate = requires(["mediaType", "digest", "size"]);

function requires(names: readonly string[]): Validate {
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return [{ at: "", says: "must be an object", from: "schema", level: "error" }];
    }
    return names
      .filter((name) => !Object.hasOwn(value, name))
      .map((name) => ({ at: `/${name}`, says: "is required", from: "schema", level: "error" }));
  };
}
