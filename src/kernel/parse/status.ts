import { capabilityNames } from "../../oci/capabilities.ts";
import { all, bad, good, linesOf, type Parsed, parseCount, wordsOf } from "./parsed.ts";

/** The fields of /proc/PID/status (proc_pid_status(5)): name to value, without the blanks around it. */
export type StatusFields = ReadonlyMap<string, string>;

export type Ids = {
  readonly real: number;
  readonly effective: number;
  readonly saved: number;
  readonly filesystem: number;
};

export type SeccompMode = "disabled" | "strict" | "filter";

/** A capability set in bit order: names, and the plain bit number of one that has no name here. */
export type CapabilitySet = readonly (string | number)[];

/** Lines without a colon are left out: the kernel writes none. */
export function parseStatus(text: string): StatusFields {
  const pairs = linesOf(text).flatMap((line): readonly (readonly [string, string])[] => {
    const colon = line.indexOf(":");
    return colon <= 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
  });
  return new Map(pairs);
}

/** "Uid" and "Gid": real, effective, saved set and filesystem id. */
export function parseIds(text: string): Parsed<Ids> {
  const parts = wordsOf(text).map(parseCount);
  const numbers = all(parts);
  if (!numbers.ok) return numbers;
  const [real, effective, saved, filesystem] = numbers.value;
  if (real === undefined || effective === undefined || saved === undefined || filesystem === undefined)
    return bad("four ids", text);
  return good({ real, effective, saved, filesystem });
}

/** "Groups", "NSpid" and the like: integers parted by blanks; none is an empty list. */
export function parseCounts(text: string): Parsed<readonly number[]> {
  return all(wordsOf(text).map(parseCount));
}

/** "CapInh" to "CapAmb": a hexadecimal mask (capabilities(7)). */
export function parseCapabilities(text: string): Parsed<CapabilitySet> {
  if (!/^[0-9a-f]{1,16}$/i.test(text)) return bad("a hexadecimal mask of at most 64 bits", text);
  const mask = BigInt(`0x${text}`);
  const bits = Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (mask >> BigInt(bit)) & 1n);
  return good(bits.map((bit) => capabilityNames[bit] ?? bit));
}

/** "Umask": octal. */
export function parseUmask(text: string): Parsed<number> {
  return /^[0-7]{1,5}$/.test(text) ? good(Number.parseInt(text, 8)) : bad("an octal mask", text);
}

/** "Seccomp": 0, 1 or 2 (seccomp(2)). */
export function parseSeccompMode(text: string): Parsed<SeccompMode> {
  const mode = ([undefined, "disabled", "strict", "filter"] as const)[["0", "1", "2"].indexOf(text) + 1];
  return mode === undefined ? bad("0, 1 or 2", text) : good(mode);
}

/** "NoNewPrivs": 0 or 1. */
export function parseFlag(text: string): Parsed<boolean> {
  return text === "0" || text === "1" ? good(text === "1") : bad("0 or 1", text);
}

/** A list of CPUs or memory nodes: "0-3,5" (cpuset(7)); an empty one is an empty list. */
export function parseRanges(text: string): Parsed<readonly number[]> {
  const items = text
    .trim()
    .split(",")
    .filter((item) => item !== "");
  const members: number[] = [];
  for (const item of items) {
    const [, first, last] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(item) ?? [];
    if (first === undefined) return bad("a list such as 0-3,5", text);
    for (let member = Number(first); member <= Number(last ?? first); member++) members.push(member);
  }
  return good([...new Set(members)].sort((a, b) => a - b));
}
