import { all, bad, type Exact, good, linesOf, type Parsed, parseExact, wordsOf } from "./parsed.ts";

/** /proc/meminfo in bytes by field name (proc_meminfo(5)); counts without a unit stay counts. */
export function parseMeminfo(text: string): Parsed<Readonly<Record<string, Exact>>> {
  const rows = all(linesOf(text).map(parseMemoryLine));
  return rows.ok ? good(Object.fromEntries(rows.value)) : rows;
}

function parseMemoryLine(line: string): Parsed<readonly [string, Exact]> {
  const [, name, digits, unit] = /^([^:]+):\s+(\d{1,15})( kB)?$/.exec(line) ?? [];
  if (name === undefined || digits === undefined) return bad("NAME: NUMBER kB", line);
  const number = parseExact(String(BigInt(digits) * (unit === undefined ? 1n : 1024n)));
  return number.ok ? good([name, number.value]) : number;
}

/** /proc/filesystems: the names of the filesystems that the kernel knows now (modules may add more). */
export function parseFilesystems(text: string): Parsed<readonly string[]> {
  return good(linesOf(text).flatMap((line) => wordsOf(line).at(-1) ?? []));
}

/** Words of one line: /proc/sys/kernel/seccomp/actions_avail. */
export function parseWords(text: string): Parsed<readonly string[]> {
  return good(wordsOf(text));
}

/** Names parted by commas: /sys/kernel/security/lsm. */
export function parseNames(text: string): Parsed<readonly string[]> {
  return good(
    text
      .trim()
      .split(",")
      .filter((name) => name !== ""),
  );
}
