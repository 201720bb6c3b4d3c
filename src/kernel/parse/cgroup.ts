import {
  all,
  bad,
  type Exact,
  good,
  type Limit,
  linesOf,
  type Parsed,
  parseCount,
  parseExact,
  parseLimit,
  wordsOf,
} from "./parsed.ts";
import { parseRanges } from "./status.ts";

/** One line of /proc/PID/cgroup (cgroups(7)): the hierarchy and the place in it, seen from the reader's cgroup namespace. */
export type CgroupEntry = {
  readonly version: 1 | 2;
  readonly id: number;
  /** v1: the controllers bound to the hierarchy, or its name as "name=systemd". v2: none. */
  readonly controllers: readonly string[];
  readonly path: string;
};

export function parseCgroupFile(text: string): Parsed<readonly CgroupEntry[]> {
  return all(linesOf(text).map(parseEntry));
}

function parseEntry(line: string): Parsed<CgroupEntry> {
  const [, id, controllers, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
  if (id === undefined || controllers === undefined || path === undefined)
    return bad("ID:CONTROLLERS:PATH", line);
  const unified = id === "0" && controllers === "";
  return good({
    version: unified ? 2 : 1,
    id: Number(id),
    controllers: controllers === "" ? [] : controllers.split(","),
    path,
  });
}

/** Key to number: memory.stat, memory.events, … */
export type FlatKeyed = Readonly<Record<string, Limit>>;
/** Key to sub-key to number: io.max, io.stat, rdma.max. */
type NestedKeyed = Readonly<Record<string, FlatKeyed>>;
/** cpu.max: microseconds of each period, or no quota. */
type CpuMax = { readonly quota: Limit; readonly period: number };

/** Share of the time, in percent over the last 10, 60 and 300 seconds, that tasks waited; `total` in microseconds (accounting/psi.rst). */
export type PressureLine = {
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
  readonly total: Exact;
};
/** `some`: at least one task waited; `full`: all did at once, which for the CPU as a whole is not defined on older kernels. */
export type Pressure = { readonly some: PressureLine; readonly full?: PressureLine };

/** What one file of a cgroup holds. */
export type CgroupValue =
  | Limit
  | string
  | boolean
  | readonly number[]
  | readonly string[]
  | FlatKeyed
  | NestedKeyed
  | CpuMax
  | Pressure;

/** The formats of cgroup files (Documentation/admin-guide/cgroup-v2.rst, "Format"). */
export type CgroupFormat =
  | "limit"
  | "flat"
  | "nested"
  | "cpu.max"
  | "pressure"
  | "ranges"
  | "words"
  | "lines"
  | "flag"
  | "text";

/** Parse the content of a cgroup file. Never throws. */
export function parseCgroupValue(format: CgroupFormat, text: string): Parsed<CgroupValue> {
  switch (format) {
    case "limit":
      return parseLimit(text);
    case "flat":
      return parseFlatKeyed(text);
    case "nested":
      return parseNestedKeyed(text);
    case "cpu.max":
      return parseCpuMax(text);
    case "pressure":
      return parsePressure(text);
    case "ranges":
      return parseRanges(text);
    case "words":
      return good(wordsOf(text));
    case "lines":
      return good(linesOf(text).filter((line) => line !== ""));
    case "flag":
      return text.trim() === "0" || text.trim() === "1" ? good(text.trim() === "1") : bad("0 or 1", text);
    case "text":
      return good(text.replace(/\n$/, ""));
  }
}

/** Lines `KEY VALUE`. */
function parseFlatKeyed(text: string): Parsed<FlatKeyed> {
  const rows = all(linesOf(text).map((line) => parsePair(line, " ")));
  return rows.ok ? good(Object.fromEntries(rows.value)) : rows;
}

/** Lines `KEY SUB=VALUE SUB=VALUE`; words without "=" (io.stat may write some) are left out. */
function parseNestedKeyed(text: string): Parsed<NestedKeyed> {
  const rows = all(linesOf(text).map(parseNestedLine));
  return rows.ok ? good(Object.fromEntries(rows.value)) : rows;
}

/** `QUOTA PERIOD`, both in microseconds. */
function parseCpuMax(text: string): Parsed<CpuMax> {
  const [quota, period] = wordsOf(text);
  const limit = parseLimit(quota ?? "");
  const length = parseCount(period ?? "");
  if (!limit.ok || !length.ok) return bad("QUOTA PERIOD", text);
  return good({ quota: limit.value, period: length.value });
}

/** `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`, and the same for `full`. */
function parsePressure(text: string): Parsed<Pressure> {
  const line = (name: string): PressureLine | undefined => {
    const found = new RegExp(
      `^${name} avg10=(\\d+\\.\\d+) avg60=(\\d+\\.\\d+) avg300=(\\d+\\.\\d+) total=(\\d{1,20})$`,
      "m",
    ).exec(text);
    const total = parseExact(found?.[4] ?? "");
    if (found === null || !total.ok) return undefined;
    const [avg10, avg60, avg300] = found.slice(1, 4).map(Number);
    return { avg10: avg10 ?? 0, avg60: avg60 ?? 0, avg300: avg300 ?? 0, total: total.value };
  };
  const [some, full] = [line("some"), line("full")];
  if (some === undefined) return bad("some avg10=… avg60=… avg300=… total=…", text);
  return good(full === undefined ? { some } : { some, full });
}

function parseNestedLine(line: string): Parsed<readonly [string, FlatKeyed]> {
  const [key, ...rest] = wordsOf(line);
  if (key === undefined) return bad("KEY SUB=VALUE …", line);
  const pairs = all(rest.filter((word) => word.includes("=")).map((word) => parsePair(word, "=")));
  return pairs.ok ? good([key, Object.fromEntries(pairs.value)]) : pairs;
}

/** Numbers may carry a fraction (cpu.pressure and the like do): those are cut to their whole part. */
function parsePair(text: string, separator: string): Parsed<readonly [string, Limit]> {
  const at = text.indexOf(separator);
  if (at <= 0) return bad(`KEY${separator}VALUE`, text);
  const value = text.slice(at + 1).trim();
  const limit = value === "max" ? good<Limit>("max") : parseExact(value);
  return limit.ok ? good([text.slice(0, at), limit.value]) : limit;
}
