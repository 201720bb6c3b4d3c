import {
  all,
  bad,
  type Exact,
  good,
  type Limit,
  linesOf,
  type Parsed,
  parseExact,
  parseLimit,
  wordsOf,
} from "./parsed.ts";

/** /proc/PID/cmdline and environ: strings that each end in a NUL. */
export function parseStrings(text: string): readonly string[] {
  const parts = text.split("\0");
  return parts.at(-1) === "" ? parts.slice(0, -1) : parts;
}

/** One range of a user namespace's map (user_namespaces(7)); `outside` is numbered as the reader's own namespace does. */
export type IdRange = { readonly inside: number; readonly outside: number; readonly length: number };

/** /proc/PID/uid_map and gid_map. */
export function parseIdMap(text: string): Parsed<readonly IdRange[]> {
  return all(linesOf(text).map(parseRange));
}

function parseRange(line: string): Parsed<IdRange> {
  const numbers = wordsOf(line).map(Number);
  const [inside, outside, length] = numbers;
  const whole = numbers.length === 3 && numbers.every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 32);
  if (!whole || inside === undefined || outside === undefined || length === undefined)
    return bad("INSIDE OUTSIDE LENGTH", line);
  return good({ inside, outside, length });
}

/** The inode in what a link of /proc/PID/ns says: "net:[4026531833]". */
export function parseNamespaceLink(text: string): Parsed<number> {
  const [, inode] = /^[a-z_]+:\[(\d{1,15})\]$/.exec(text) ?? [];
  return inode === undefined ? bad("TYPE:[INODE]", text) : good(Number(inode));
}

/** Soft and hard limit. */
export type ResourceLimit = { readonly soft: Limit; readonly hard: Limit };

/** The names that fs/proc/base.c gives the limits, and those of setrlimit(2). */
const limitNames: Readonly<Record<string, string>> = {
  "Max cpu time": "RLIMIT_CPU",
  "Max file size": "RLIMIT_FSIZE",
  "Max data size": "RLIMIT_DATA",
  "Max stack size": "RLIMIT_STACK",
  "Max core file size": "RLIMIT_CORE",
  "Max resident set": "RLIMIT_RSS",
  "Max processes": "RLIMIT_NPROC",
  "Max open files": "RLIMIT_NOFILE",
  "Max locked memory": "RLIMIT_MEMLOCK",
  "Max address space": "RLIMIT_AS",
  "Max file locks": "RLIMIT_LOCKS",
  "Max pending signals": "RLIMIT_SIGPENDING",
  "Max msgqueue size": "RLIMIT_MSGQUEUE",
  "Max nice priority": "RLIMIT_NICE",
  "Max realtime priority": "RLIMIT_RTPRIO",
  "Max realtime timeout": "RLIMIT_RTTIME",
};

/** /proc/PID/limits by RLIMIT_ name; a limit that setrlimit(2) does not know keeps the kernel's own words. */
export function parseLimits(text: string): Parsed<Readonly<Record<string, ResourceLimit>>> {
  const rows = all(linesOf(text).slice(1).map(parseLimitLine));
  return rows.ok ? good(Object.fromEntries(rows.value)) : rows;
}

function parseLimitLine(line: string): Parsed<readonly [string, ResourceLimit]> {
  const [, name, soft, hard] = /^(\S.*?)\s{2,}(unlimited|\d+)\s+(unlimited|\d+)(?:\s|$)/.exec(line) ?? [];
  if (name === undefined || soft === undefined || hard === undefined)
    return bad("NAME SOFT HARD UNITS", line);
  const [low, high] = [parseLimit(soft), parseLimit(hard)];
  if (!low.ok) return low;
  if (!high.ok) return high;
  return good([limitNames[name] ?? name, { soft: low.value, hard: high.value }]);
}

/** Offset of one clock of a time namespace (time_namespaces(7)). */
export type ClockOffset = { readonly seconds: Exact; readonly nanoseconds: number };

/** /proc/PID/timens_offsets by clock name ("monotonic", "boottime"). */
export function parseTimeOffsets(text: string): Parsed<Readonly<Record<string, ClockOffset>>> {
  const rows = all(linesOf(text).map(parseOffset));
  return rows.ok ? good(Object.fromEntries(rows.value)) : rows;
}

const clocks: Readonly<Record<string, string>> = { "1": "monotonic", "7": "boottime" };

function parseOffset(line: string): Parsed<readonly [string, ClockOffset]> {
  const [clock, seconds, nanoseconds] = wordsOf(line);
  const exact = parseExact(seconds ?? "");
  if (clock === undefined || !exact.ok || !/^\d{1,9}$/.test(nanoseconds ?? ""))
    return bad("CLOCK SECONDS NANOSECONDS", line);
  return good([clocks[clock] ?? clock, { seconds: exact.value, nanoseconds: Number(nanoseconds) }]);
}

/** /proc/PID/personality: eight hexadecimal digits (personality(2)). */
export function parsePersonality(text: string): Parsed<number> {
  const trimmed = text.trim();
  return /^[0-9a-f]{1,8}$/.test(trimmed)
    ? good(Number.parseInt(trimmed, 16))
    : bad("a hexadecimal mask", text);
}

/** /proc/PID/attr/current: the label without the NUL or line feed that some modules add. */
export function parseLabel(text: string): Parsed<string> {
  return good(text.replace(/[\0\n]+$/, ""));
}

/** The interfaces that /proc/PID/net/dev lists. */
export function parseInterfaces(text: string): Parsed<readonly string[]> {
  return good(
    linesOf(text)
      .slice(2)
      .flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? []),
  );
}
