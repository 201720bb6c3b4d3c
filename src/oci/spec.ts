import type { Brand } from "../base/brand.ts";

export type { Integer64 } from "./scalars.ts";
export type * from "./types/runtime.ts";

/** A container id as runc takes it: letters, digits and `_+-.`, at most 1024 characters, not "." or "..". */
export type ContainerId = Brand<string, "ContainerId">;

/**
 * The state of a container (runtime.md#state), which schemas/state.schema.json describes; there is a pid exactly when there is a process.
 */
export type State = {
  readonly ociVersion: string;
  readonly id: ContainerId;
  readonly bundle: string;
  readonly annotations?: Readonly<Record<string, string>>;
} & (
  | { readonly status: "creating" | "stopped" }
  | { readonly status: "created" | "running" | "paused"; readonly pid: number }
);

/** One thing wrong with a config.json, and where. */
export type Problem = {
  /** JSON pointer (RFC 6901) into config.json. */
  readonly at: `/${string}` | "";
  readonly says: string;
  readonly hint?: string;
  /** RFC 6902 operations that mend it. */
  readonly fix?: readonly JsonPatchOperation[];
  readonly from: "schema" | "lint" | "host";
  readonly level: "error" | "warning";
  /** Id of the statement of the runtime specification that it breaks, where there is one. */
  readonly statement?: string;
};
export type JsonPatchOperation =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };
