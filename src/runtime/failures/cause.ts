import type { ErrorCode } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";

export type RuntimeFailure = Extract<ErrorCode, `runtime.${string}`>;

/** Whose words they are: a runtime, criu (which a runtime quotes), or another program that speaks of containers. */
export type Speaker = "runc" | "crun" | "runsc" | "criu" | "sh" | "docker" | "any program";

/** How one program says it. `example` is what it really said, which the pattern fits. */
export type Words = {
  readonly by: Speaker;
  readonly pattern: RegExp;
  readonly example: string;
};

/** One way in which containers fail: what runtimes say of it, and what people need to hear. */
export type Cause = {
  /** Stable: `facts.cause` of the error, and the heading in docs/runtime-errors.md. */
  readonly name: string;
  readonly code: RuntimeFailure;
  /** What is wrong, for somebody who wrote the config. `{group}` is a named group of the pattern, quoted. */
  readonly says: string;
  /** What to do, in general; evidence of the case at hand may know better. */
  readonly tries: string;
  /** What is read from this machine to show it. */
  readonly shows?: string;
  readonly words: readonly Words[];
};

/** A cause that was recognised in somebody's words. */
export type Recognised = {
  readonly cause: Cause;
  /** `says` with what the words themselves tell. */
  readonly says: string;
  /** The named groups of the pattern, as they stand in the words. */
  readonly found: Readonly<Record<string, string>>;
};

/** The first of the causes whose words these are. Pure. */
export function recognise(words: string, causes: readonly Cause[]): Recognised | undefined {
  for (const cause of causes) {
    for (const { pattern } of cause.words) {
      const match = pattern.exec(words);
      if (match === null) continue;
      const found = Object.fromEntries(
        Object.entries(match.groups ?? {}).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, value]],
        ),
      );
      return { cause, found, says: fill(cause.says, found) };
    }
  }
  return undefined;
}

/** A group that these words lack leaves its place empty: "the program {name} is" becomes "the program is". */
function fill(says: string, found: Readonly<Record<string, string>>): string {
  return says
    .replace(/\{(\w+)\}/g, (_, name: string) => (found[name] === undefined ? "" : quote(found[name])))
    .replace(/ {2,}/g, " ")
    .replace(/ (?=[,:;)])/g, "")
    .trim();
}
