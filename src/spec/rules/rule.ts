import { nearest } from "../../base/text.ts";
import type { JsonPatchOperation, Problem, Spec } from "../../oci/spec.ts";

/** One thing to look for in a config.json that the schema cannot say; it gets a spec that the schema accepts. */
export type Rule = {
  /** Names the rule in tests: what is wrong, in kebab-case. */
  readonly name: string;
  check(spec: Spec): readonly Complaint[];
};

/** A problem of a rule. Level "error": the specification forbids it or a runtime or the kernel refuses it. */
export type Complaint = Omit<Problem, "from">;

type More = {
  readonly hint?: string | undefined;
  readonly fix?: readonly JsonPatchOperation[] | undefined;
  readonly statement?: string;
};

/** A complaint of level "error" at a JSON pointer. */
export function error(at: Problem["at"], says: string, more: More = {}): Complaint {
  return { at, says, level: "error", ...present(more) };
}

/** A complaint of level "warning" at a JSON pointer. */
export function warning(at: Problem["at"], says: string, more: More = {}): Complaint {
  return { at, says, level: "warning", ...present(more) };
}

/** The patch that takes out the value at a pointer. */
export function removal(path: string): readonly JsonPatchOperation[] {
  return [{ op: "remove", path }];
}

/** The patch that puts another value at a pointer where there is one. */
export function replacement(path: string, value: unknown): readonly JsonPatchOperation[] {
  return [{ op: "replace", path, value }];
}

/**
 * The nearest of some names to each of a rule's unknown words, as long as they are few: comparing is slow, and of a thousand unknown words none is a
 * typing error.
 */
export function nearestOf(candidates: Iterable<string>): (word: string) => string | undefined {
  const names = [...candidates];
  let left = 100;
  return (word) => (left-- > 0 ? nearest(word, names) : undefined);
}

/** For each element that repeats the key of an earlier one: its index and that of the first. */
export function repeats<T>(
  list: readonly T[],
  key: (element: T) => string,
): readonly (readonly [number, number])[] {
  const first = new Map<string, number>();
  return list.flatMap((element, index) => {
    const earlier = first.get(key(element));
    if (earlier !== undefined) return [[index, earlier] as const];
    first.set(key(element), index);
    return [];
  });
}

function present(more: More): Pick<Complaint, "hint" | "fix" | "statement"> {
  return {
    ...(more.hint === undefined ? {} : { hint: more.hint }),
    ...(more.fix === undefined ? {} : { fix: more.fix }),
    ...(more.statement === undefined ? {} : { statement: more.statement }),
  };
}
