import type { PullEvent } from "./pulling.ts";

/** docker's words: from the registry in any case, when it is not in the store, or never. */
export const pullPolicies = ["always", "missing", "never"] as const;
export type PullPolicy = (typeof pullPolicies)[number];

/** How names are looked up in the store, and what becomes of those that are not there. */
export type StoreOptions = {
  /** `configuration.store`. */
  readonly directory: string;
  /** Default "missing". */
  readonly pull?: PullPolicy | undefined;
  /** Whether an image that is fetched is kept in the store; when not, only what is read is fetched. Default true. */
  readonly keep?: boolean | undefined;
  /** Every platform is wanted: only an image that was pulled with its index will do. */
  readonly whole?: boolean | undefined;
  readonly onEvent?: ((event: PullEvent) => void) | undefined;
};
