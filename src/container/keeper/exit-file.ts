import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { errnoOf } from "../../base/errors.ts";
import { startTime } from "../../base/temporary.ts";

/** How a container's first process ended, as its keeper wrote it down. `exitCode` is null where nobody could read it, and `why` says why. */
export type ExitRecord = {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly why: string | null;
  /** RFC 3339, UTC. */
  readonly ended: string;
};

/** Write it, whole or not at all. */
export function writeExit(path: string, record: ExitRecord): void {
  const draft = `${path}.${process.pid}-${startTime(process.pid)}`;
  writeFileSync(draft, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

/** What the keeper wrote, undefined while it has not (or was killed before it could). */
export function readExit(path: string): ExitRecord | undefined {
  try {
    return parseExit(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENAMETOOLONG" || error instanceof SyntaxError)
      return undefined;
    throw error;
  }
}

/** Undefined for what is no such record. */
export function parseExit(value: unknown): ExitRecord | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { exitCode, signal, why, ended } = value as Readonly<Record<string, unknown>>;
  if (typeof ended !== "string") return undefined;
  return {
    exitCode: typeof exitCode === "number" ? exitCode : null,
    signal: typeof signal === "string" ? signal : null,
    why: typeof why === "string" ? why : null,
    ended,
  };
}
