import { formatJson } from "../../oci/json.ts";
import type { Change } from "./compare.ts";

/** A change, and the names of all those of its kind that are told with it. */
export type MergedChange = Change & { readonly also: readonly string[] };

/**
 * One capability over all sets that changed alike, and all system calls that changed alike, are one change each: `also` has the sets, or
 * the calls.
 */
export function merged(changes: readonly Change[]): readonly MergedChange[] {
  const groups = Map.groupBy(changes, (change) => {
    const kind = kindOf(change);
    return kind === undefined
      ? change.at + change.path.at(-1)
      : formatJson([kind, change.a ?? null, change.b ?? null]);
  });
  return [...groups.values()].flatMap((alike): readonly MergedChange[] => {
    const [first] = alike;
    if (first === undefined) return [];
    if (kindOf(first) === undefined) return alike.map((change) => ({ ...change, also: [] }));
    const position = first.path[1] === "capabilities" ? 2 : 3;
    return [{ ...first, also: alike.map(({ path }) => path[position] ?? "").toSorted() }];
  });
}

function kindOf({ path }: Change): string | undefined {
  const [top, part, , word] = path;
  if (path.length === 4 && top === "process" && part === "capabilities") return `capability ${word}`;
  if (path.length === 4 && top === "linux" && part === "seccomp") return `calls of ${path[2]}`;
  return undefined;
}
