import type { Reading } from "../kernel/reading.ts";
import type { ProcessView } from "../kernel/view-type.ts";
import type { Spec } from "../oci/spec.ts";
import type { Finding } from "./finding.ts";
import type { HookTrace } from "./hook-trace.ts";

/** JSON pointer into config.json. */
export type Pointer = `/${string}`;

/** One thing that config.json asks for and the kernel can confirm. Made by `claim`, judged against a view. */
export type Claim = {
  readonly at: Pointer;
  /** Ids of the statements of the runtime specification that it rests on. */
  readonly statements: readonly string[];
  readonly asked: unknown;
  /** From when on the kernel's answer is final: runtime.md#create applies all but `process` at create. */
  readonly settled: "create" | "start";
  readonly judge: (view: ProcessView, options?: JudgeOptions) => Finding;
};

export type JudgeOptions = {
  /** The program is known to change nothing about itself (sleep(1)): what it could have changed itself is then broken, not unseen. */
  readonly strict?: boolean | undefined;
};

export type ClaimParts<T, S> = {
  readonly at: Pointer;
  readonly statements: readonly string[];
  readonly asked: T;
  readonly seen: (view: ProcessView) => Reading<S>;
  /** Why the two differ, or undefined when the wish is kept. May say that the view cannot tell. */
  readonly differs: (asked: T, seen: S, view: ProcessView) => string | Undecided | undefined;
  /** Default "create". */
  readonly settled?: "create" | "start";
  /** What of `seen` the finding shows; default all of it. */
  readonly show?: (seen: S, view: ProcessView) => unknown;
};

/** The kernel answered, and the answer does not decide. `byProgram`: only because the program may have done it itself. */
export type Undecided = { readonly undecided: string; readonly byProgram?: true };

export function undecided(why: string): Undecided {
  return { undecided: why };
}

/** It is not as asked, and the program itself may have changed it since: broken when the program is known not to. */
export function orProgram(why: string): Undecided {
  return { undecided: why, byProgram: true };
}

/** The claims of one part of config.json; only what the config asks. */
export type ClaimFamily = (spec: Spec, context: ClaimContext) => readonly Claim[];

/** What a family may know beside the config. */
export type ClaimContext = {
  /** The bundle's absolute path: relative bind sources start there. */
  readonly bundle?: string | undefined;
  /** What was seen of the hooks when the container was created and started, by whoever did it. */
  readonly hooks?: readonly HookTrace[] | undefined;
  /** The container's id: resctrl directories may bear it. */
  readonly id?: string | undefined;
};

/** Tie a wish to the place in the kernel's answer that confirms it. A reading that failed makes the finding "unseen". */
export function claim<T, S>(parts: ClaimParts<T, S>): Claim {
  const { at, statements, asked, settled = "create" } = parts;
  return { at, statements, asked, settled, judge: (view, options) => judge(parts, view, options) };
}

/** A wish whose keeping no file of the kernel shows. */
export function unseeable(parts: {
  readonly at: Pointer;
  readonly statements: readonly string[];
  readonly asked: unknown;
  readonly why: string;
}): Claim {
  const { at, asked, why } = parts;
  const finding: Finding = { at, asked, source: "none", verdict: "unseen", why };
  return { at, statements: parts.statements, asked, settled: "create", judge: () => finding };
}

function judge<T, S>(parts: ClaimParts<T, S>, view: ProcessView, { strict }: JudgeOptions = {}): Finding {
  const { at, asked } = parts;
  const reading = parts.seen(view);
  const { source } = reading;
  if (!reading.ok)
    return { at, asked, source, verdict: "unseen", why: `${reading.reason}: ${reading.detail}` };
  const difference = parts.differs(asked, reading.value, view);
  const seen = parts.show === undefined ? reading.value : parts.show(reading.value, view);
  if (difference === undefined) return { at, asked, source, verdict: "kept", seen };
  if (typeof difference === "string") return { at, asked, source, verdict: "broken", seen, why: difference };
  const why = difference.undecided;
  if (strict === true && difference.byProgram === true)
    return { at, asked, source, verdict: "broken", seen, why };
  return { at, asked, source, verdict: "unseen", why };
}
