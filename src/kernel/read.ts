import { errnoOf } from "../base/errors.ts";
import type { Parsed } from "./parse/parsed.ts";
import type { KernelFiles, Reading } from "./reading.ts";

/** Read a file and parse it. Never rejects: what went wrong is in the reading. */
export async function readFact<T>(
  files: KernelFiles,
  path: string,
  parse: (text: string) => Parsed<T>,
): Promise<Reading<T>> {
  return parseReading(await readWhole(files, path), parse);
}

/** Enough for most first lines. */
const start = 128;

/** The first line of a file through `parse`: of a long file no more is read, and made up by the kernel, than that takes. Never rejects. */
export async function readFirstLine<T>(
  files: KernelFiles,
  path: string,
  parse: (text: string) => Parsed<T>,
): Promise<Reading<T>> {
  const some = await attempt(path, () => files.readText(path, { start }));
  const whole = !some.ok || some.value.includes("\n") ? some : await readWhole(files, path);
  return parseReading(
    mapReading(whole, (text) => text.replace(/\n.*/s, "\n")),
    parse,
  );
}

/** The same as `parse`, but that a text which is the one before is not parsed again: for files that are the same whoever is looked at. */
export function rememberLast<T>(parse: (text: string) => Parsed<T>): (text: string) => Parsed<T> {
  let last: { readonly text: string; readonly parsed: Parsed<T> } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, parsed: parse(text) };
    return last.parsed;
  };
}

/** The text of a file. Never rejects. */
export async function readWhole(files: KernelFiles, path: string): Promise<Reading<string>> {
  return attempt(path, () => files.readText(path));
}

/** Where a symbolic link points. Never rejects. */
export async function readLinkFact(files: KernelFiles, path: string): Promise<Reading<string>> {
  return attempt(path, () => files.readLink(path));
}

/** What `work` gives as a fact of `source`; a failed system call becomes a reading that says so. */
export async function attempt<T>(source: string, work: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { source, ok: true, value: await work() };
  } catch (error) {
    return { source, ...failureOf(error) };
  }
}

/** Parse what was read; `field` is added to the source. A reading that failed stays as it is. */
export function parseReading<T>(
  reading: Reading<string>,
  parse: (text: string) => Parsed<T>,
  field?: string,
): Reading<T> {
  const source = field === undefined ? reading.source : `${reading.source} ${field}`;
  if (!reading.ok) return { ...reading, source };
  const parsed = parse(reading.value);
  return parsed.ok
    ? { source, ok: true, value: parsed.value }
    : { source, ok: false, reason: "malformed", detail: parsed.detail };
}

/** The value through `change`; a reading that failed stays as it is. */
export function mapReading<T, U>(reading: Reading<T>, change: (value: T) => U, field?: string): Reading<U> {
  const source = field === undefined ? reading.source : `${reading.source} ${field}`;
  return reading.ok ? { source, ok: true, value: change(reading.value) } : { ...reading, source };
}

/** A fact that could not be had. */
export function unread(source: string, reason: "absent" | "denied", detail: string): Reading<never> {
  return { source, ok: false, reason, detail };
}

function failureOf(error: unknown): { ok: false; reason: "absent" | "denied"; detail: string } {
  const errno = errnoOf(error);
  if (errno === undefined) throw error;
  if (errno === "EACCES" || errno === "EPERM")
    return {
      ok: false,
      reason: "denied",
      detail: `the kernel answered ${errno}: this needs more rights than we have`,
    };
  const why: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    ENOTDIR: "there is no such file",
    ENODATA: "who asked for it ended without an answer",
    ETIMEDOUT: "the process did not stop to be read: it is frozen, or waits for a disk",
    ESRCH: "the process has ended, or is one of the kernel's own",
  };
  return { ok: false, reason: "absent", detail: why[errno] ?? `the kernel answered ${errno}` };
}
