import type { Bench } from "./bench.ts";

/** What came of one item on one runtime. `how` is what it said when it refuses, what was seen when it ignores, and what it does instead when it deviates. */
export type Outcome =
  | { readonly result: "yes" }
  | { readonly result: "refuses" | "ignores" | "deviates"; readonly how: string }
  | { readonly result: "untried"; readonly how: string };

/** One thing that the contract asks of every runtime, and how it is tried. */
export type Item = {
  /** Never changes: docs/runtimes.json and src/runtime/gaps.ts go by it. */
  readonly id: string;
  readonly title: string;
  readonly area: Area;
  /** Ids of the specification's statements, where it says anything. */
  readonly statements?: readonly string[];
  /** "v2": it needs a host with cgroup v2. */
  readonly where?: "v2";
  /** The field of config.json that asks for it. */
  readonly field?: `/${string}`;
  readonly attempt: (bench: Bench) => Promise<Outcome>;
};

export const areas = [
  "verbs",
  "options",
  "process",
  "namespaces",
  "mounts and devices",
  "seccomp",
  "hooks",
  "resources",
  "the rest",
] as const;
export type Area = (typeof areas)[number];

export const yes: Outcome = { result: "yes" };

export function deviates(how: string): Outcome {
  return { result: "deviates", how };
}

export function untried(how: string): Outcome {
  return { result: "untried", how };
}
