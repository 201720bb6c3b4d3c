import { pointerToken } from "../../oci/pointer.ts";
import { sameJson } from "./equal.ts";
import type { PatchOperation } from "./operations.ts";

/**
 * A JSON Patch that makes `after` of `before`, exactly. Small where lists have grown or shrunk at one place; a value that became one of
 * another kind is replaced.
 */
export function patchBetween(before: unknown, after: unknown, at = ""): readonly PatchOperation[] {
  if (sameJson(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return betweenLists(before, after, at);
  if (isObject(before) && isObject(after)) return betweenObjects(before, after, at);
  return [{ op: "replace", path: at, value: after }];
}

type Members = Readonly<Record<string, unknown>>;

function betweenObjects(before: Members, after: Members, at: string): readonly PatchOperation[] {
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  return [
    ...gone.map((name) => ({ op: "remove", path: at + pointerToken(name) }) as const),
    ...Object.entries(after).flatMap(([name, value]) => {
      const path = at + pointerToken(name);
      if (Object.hasOwn(before, name)) return patchBetween(before[name], value, path);
      return [{ op: "add", path, value } as const];
    }),
  ];
}

/** What both begin and end with stays; in between, entries are changed in place, and those too many or too few removed or added. */
function betweenLists(
  before: readonly unknown[],
  after: readonly unknown[],
  at: string,
): readonly PatchOperation[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && sameJson(before[head], after[head])) head++;
  let tail = 0;
  while (tail < shorter - head && sameJson(before.at(-1 - tail), after.at(-1 - tail))) tail++;
  const old = before.slice(head, before.length - tail);
  const now = after.slice(head, after.length - tail);
  const place = (index: number): string => `${at}/${head + index}`;
  return [
    ...old.slice(0, now.length).flatMap((value, index) => patchBetween(value, now[index], place(index))),
    ...old.slice(now.length).map(() => ({ op: "remove", path: place(now.length) }) as const),
    ...now
      .slice(old.length)
      .map((value, index) => ({ op: "add", path: place(old.length + index), value }) as const),
  ];
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
