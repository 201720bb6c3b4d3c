import type { Hooks } from "./spec.ts";

export type HookKind = keyof Hooks & string;

/** The kinds of config.md#posix-platform-hooks in the order in which a container meets them; prestart is deprecated. */
export const hookKinds: readonly HookKind[] = [
  "prestart",
  "createRuntime",
  "createContainer",
  "startContainer",
  "poststart",
  "poststop",
];
