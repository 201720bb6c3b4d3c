import type { GuideEntry } from "./entry.ts";
import { filesystemGuide } from "./filesystem.ts";
import { namespaceGuide } from "./namespaces.ts";
import { processGuide } from "./process.ts";
import { resourceGuide } from "./resources.ts";

/**
 * Every place of config.json (runtime-spec 1.3.0): the claim that is made about it, or why there is none. docs/claims.md is printed from it;
 * a test holds it against the schema and against the claims themselves.
 */
export const guide: readonly GuideEntry[] = [
  ...processGuide,
  ...filesystemGuide,
  ...namespaceGuide,
  ...resourceGuide,
];

/** The entry about a place of config.json: that with its very name, before one with `*`; undefined when there is none. */
export function guideTo(pointer: string): GuideEntry | undefined {
  const matching = guide.filter(({ at }) => matches(at, pointer));
  return matching.find(({ at }) => !at.includes("*")) ?? matching.at(-1);
}

function matches(at: string, pointer: string): boolean {
  const [wanted, given] = [at.split("/"), pointer.split("/")];
  return (
    wanted.length === given.length && wanted.every((part, index) => part === "*" || part === given[index])
  );
}
