import { claimsOf } from "../audit/audit.ts";
import { readWithoutRootfs } from "../bundle/read.ts";

/** The specification's statements that a bundle's wish at a pointer rests on; none for a config that cannot be audited. */
export function statementsOf(directory: string): (pointer: string) => readonly string[] {
  const claims = claimsIn(directory);
  return (pointer) => claims.find(({ at }) => at === pointer)?.statements ?? [];
}

function claimsIn(directory: string): ReturnType<typeof claimsOf> {
  try {
    const { spec, path } = readWithoutRootfs(directory);
    return claimsOf(spec, { bundle: path });
  } catch {
    return [];
  }
}
