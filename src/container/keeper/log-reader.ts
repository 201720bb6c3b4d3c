import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cancel } from "../../base/brand.ts";
import { errnoOf } from "../../base/errors.ts";
import type { KeeperFiles } from "./files.ts";
import { decodeLogLine, type LogEntry } from "./log-file.ts";

/** Milliseconds between two looks at a log that is followed. */
const pause = 100;

/** What the logs hold, the older first. Files that are not there hold nothing. */
export function* readLog(files: KeeperFiles): Generator<LogEntry, void> {
  for (const path of [files.olderLog, files.log]) {
    const fd = openIfThere(path);
    if (fd === undefined) continue;
    try {
      yield* entriesOf(lineReader(fd));
    } finally {
      closeSync(fd);
    }
  }
}

/** The same, and then what comes, until `isOver` and everything is read. */
export async function* followLog(
  files: KeeperFiles,
  { isOver, signal }: Cancel & { readonly isOver: () => boolean },
): AsyncGenerator<LogEntry, void> {
  const older = openIfThere(files.olderLog);
  let fd = older ?? openIfThere(files.log);
  let reader = fd === undefined ? undefined : lineReader(fd);
  try {
    for (;;) {
      const over = isOver();
      if (reader !== undefined) yield* entriesOf(reader);
      const next = nextLog(files, fd);
      if (next !== undefined) {
        if (reader !== undefined) yield* entriesOf(reader);
        if (fd !== undefined) closeSync(fd);
        fd = next;
        reader = lineReader(fd);
        continue;
      }
      if (over) return;
      signal?.throwIfAborted();
      await sleep(pause, undefined, { ...(signal === undefined ? {} : { signal }) });
    }
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** The current log, opened, when it is another file than the one that is being read. */
function nextLog({ log }: KeeperFiles, fd: number | undefined): number | undefined {
  const status = statSync(log, { throwIfNoEntry: false });
  if (status === undefined || (fd !== undefined && fstatSync(fd).ino === status.ino)) return undefined;
  return openIfThere(log);
}

type LineReader = { readonly lines: () => Generator<Buffer, void> };

/** Whole lines from where the last look ended; what has no line feed yet waits. */
function lineReader(fd: number): LineReader {
  const chunk = Buffer.alloc(65_536);
  let rest: Buffer = Buffer.alloc(0);
  return {
    *lines() {
      for (let count = readSync(fd, chunk); count > 0; count = readSync(fd, chunk)) {
        rest = Buffer.concat([rest, chunk.subarray(0, count)]);
        for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
          yield rest.subarray(0, end);
          rest = rest.subarray(end + 1);
        }
      }
    },
  };
}

function* entriesOf(reader: LineReader): Generator<LogEntry, void> {
  for (const line of reader.lines()) {
    const entry = decodeLogLine(line);
    if (entry !== undefined) yield entry;
  }
}

function openIfThere(path: string): number | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return openSync(path, "r");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
