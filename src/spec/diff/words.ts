/** "0,1,2-4" as "0-4": the same set of CPUs or memory nodes in one way of writing. A text that is no such list stays. */
export function cpuSet(text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const parts = text.split(",").map((part) => /^\s*(\d{1,6})(?:\s*-\s*(\d{1,6}))?\s*$/.exec(part));
  if (parts.some((part) => part === null)) return text.trim();
  const ranges = parts
    .map((part) => [Number(part?.[1]), Number(part?.[2] ?? part?.[1])] as const)
    .toSorted(([a], [b]) => a - b);
  const joined: [number, number][] = [];
  for (const [first, last] of ranges) {
    const before = joined.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else joined.push([first, last]);
  }
  return joined.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

/** A path without empty and "." parts and without a slash at its end; ".." stays, since links may stand before it. */
export function cleanPath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return `${path.startsWith("/") ? "/" : ""}${parts.join("/")}`;
}

/** "64m" as the number of bytes; other texts as they are. */
export function inBytes(text: string): string {
  const [, digits, unit = ""] = /^(\d{1,18})([kmgt]?)$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return text.trim();
  return String(BigInt(digits) * 1024n ** BigInt(" kmgt".indexOf(unit.toLowerCase() || " ")));
}

/** Ranges of ids in their order, those that go on where another ends joined with it: "0 → 1000, 10 ids". */
export function idRanges(
  ranges:
    | readonly { readonly containerID: number; readonly hostID: number; readonly size: number }[]
    | undefined,
): readonly string[] | undefined {
  if (ranges === undefined || ranges.length === 0) return undefined;
  const joined: { containerID: number; hostID: number; size: number }[] = [];
  for (const range of ranges.toSorted((a, b) => a.containerID - b.containerID)) {
    const before = joined.at(-1);
    const goesOn =
      before !== undefined &&
      before.containerID + before.size === range.containerID &&
      before.hostID + before.size === range.hostID;
    if (goesOn) before.size += range.size;
    else joined.push({ ...range });
  }
  return joined.map(({ containerID, hostID, size }) => `${containerID} → ${hostID}, ${size} ids`);
}
