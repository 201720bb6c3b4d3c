import { cgroupFormat } from "../kernel/cgroup-files.ts";
import { type CgroupValue, parseCgroupValue } from "../kernel/parse/cgroup.ts";
import { parseRanges } from "../kernel/parse/status.ts";
import type { Integer64 } from "../oci/spec.ts";
import { pageSizes, show } from "./compare.ts";

/** v1 shows no limit as the largest count of pages in bytes (PAGE_COUNTER_MAX). */
const v1Unlimited = 0x7fff_ffff_ffff_0000n;

/** Why a file with one number or "max" is not as asked; -1 asks for no limit. `pages`: the kernel cuts to whole pages (mm/page_counter.c). */
export function limitDiffers(
  asked: Integer64,
  seen: unknown,
  options: { readonly pages?: boolean } = {},
): string | undefined {
  const wanted = BigInt(asked);
  const why = `asked for ${wanted === -1n ? "no limit" : wanted}, the kernel shows ${show(seen)}`;
  if (seen === "max") return wanted === -1n || wanted >= v1Unlimited ? undefined : why;
  if (typeof seen !== "number" && typeof seen !== "bigint") return why;
  const there = BigInt(seen);
  if (wanted === -1n) return there === -1n || there >= v1Unlimited ? undefined : why;
  if (there === wanted) return undefined;
  const cut = options.pages === true && pageSizes.some((page) => there === wanted - (wanted % page));
  return cut ? undefined : why;
}

/** Why a list of CPUs or memory nodes is not as asked; "0-1" and "0,1" are the same. */
export function rangesDiffer(asked: string, seen: CgroupValue): string | undefined {
  const wanted = parseRanges(asked);
  if (!wanted.ok) return `the config's list ${show(asked)} is malformed`;
  return show(wanted.value) === show(seen) ? undefined : `asked for ${asked}, the kernel shows ${show(seen)}`;
}

/**
 * cpu.shares as cpu.weight. Two formulas are in use: the straight line from [2, 262144] to [1, 10000] of runc up to 1.3 and crun up to
 * 1.22, and the curve that maps 1024 to 100, of those after.
 */
export function weightsOf(shares: Integer64): { readonly line: number; readonly curve: number } {
  const clamped = Math.min(Math.max(Number(shares), 2), 262144);
  const line = 1 + Math.floor(((clamped - 2) * 9999) / 262142);
  const log = Math.log2(clamped);
  const curve = Math.ceil(10 ** ((log * log + 125 * log) / 612 - 7 / 34));
  return { line, curve: Math.min(Math.max(curve, 1), 10000) };
}

/** blockIO.weight (10 to 1000) as io.weight (1 to 10000). */
export function ioWeightOf(weight: number): number {
  return 1 + Math.floor(((weight - 10) * 9999) / 990);
}

/** The value of the line that starts with `key` in a file of lines, or of a file with one number when key is "default". */
export function lineValue(seen: CgroupValue, key: string): string | undefined {
  if (key === "default" && (typeof seen === "number" || typeof seen === "bigint")) return String(seen);
  if (!Array.isArray(seen)) return undefined;
  const line = (seen as readonly unknown[]).map(String).find((text) => text.split(/\s+/)[0] === key);
  return line?.split(/\s+/).slice(1).join(" ");
}

/** One sub-value of a nested keyed file. */
export function nestedValue(seen: CgroupValue, key: string, name: string): unknown {
  const rows: unknown = seen;
  const row = isRecord(rows) ? rows[key] : undefined;
  return isRecord(row) ? row[name] : undefined;
}

/** Why the file `key` does not hold what `unified` asks to write: the asked text is read as the kernel's own is. */
export function unifiedDiffers(key: string, asked: string, seen: CgroupValue): string | undefined {
  const why = `asked for ${show(asked)}, the kernel shows ${show(seen)}`;
  const format = cgroupFormat(key) ?? "text";
  const bytes = sizeOf(asked);
  if (format === "limit" && bytes !== undefined)
    return limitDiffers(bytes, seen, { pages: key.startsWith("memory.") });
  if (key === "cpu.max" && /^(max|\d+)\s*$/.test(asked))
    return nestedQuota(seen) === asked.trim() ? undefined : why;
  const wanted = parseCgroupValue(format, asked);
  if (!wanted.ok) return `${why}; the asked value is not in the file's format`;
  return holds(wanted.value, seen) ? undefined : why;
}

function nestedQuota(seen: unknown): string | undefined {
  return isRecord(seen) ? String(seen["quota"]) : undefined;
}

/** Whether all that is asked is there: the kernel may show more lines and keys than were written. */
function holds(asked: unknown, seen: unknown): boolean {
  if (isRecord(asked) && isRecord(seen))
    return Object.entries(asked).every(([key, value]) => holds(value, seen[key]));
  if (Array.isArray(asked) && Array.isArray(seen) && asked.every((item) => typeof item === "string"))
    return asked.every((item) => seen.includes(item));
  return show(asked) === show(seen);
}

/** memparse() of the kernel: 4096, 512K, 64M, 1G. */
function sizeOf(text: string): bigint | undefined {
  const [, digits, unit] = /^\s*(\d{1,19})([kmgt]?)\s*$/i.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  return BigInt(digits) << BigInt(" kmgt".indexOf(unit.toLowerCase() || " ") * 10);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
