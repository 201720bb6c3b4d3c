import { closeSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";
import type { KeeperFiles } from "./files.ts";

/** Bytes of a log before it is begun anew: 16 MiB. */
export const defaultLogLimit = 16 << 20;

export type LogStream = "stdout" | "stderr";

/** Where a keeper writes what the container prints. */
export type LogFile = {
  readonly write: (stream: LogStream, bytes: Buffer, now: Date) => void;
  readonly close: () => void;
};

/**
 * Append to the log in the CRI format: `TIME STREAM TAG TEXT`, where the tag is F for a whole line and P for a part of one (the line feed after
 * it is then not the container's). When the file would grow beyond `limit` bytes it becomes the older one, in place of what was there: so
 * the two hold between one and two times `limit` of the latest output. What cannot be written (a full disk) is lost; the container goes on.
 */
export function openLog(files: Pick<KeeperFiles, "log" | "olderLog">, limit: number): LogFile {
  let fd = openSync(files.log, "a", 0o600);
  let size = fstatSync(fd).size;
  const renew = (): void => {
    closeSync(fd);
    renameSync(files.log, files.olderLog);
    fd = openSync(files.log, "a", 0o600);
    size = 0;
  };
  const append = (text: Buffer): void => {
    if (size > 0 && size + text.length > limit) renew();
    for (let at = 0; at < text.length; ) at += writeSync(fd, text, at);
    size += text.length;
  };
  return {
    write(stream, bytes, now) {
      try {
        for (const part of partsOf(encodeLog(stream, bytes, now), limit)) append(part);
      } catch {
        // Nobody is there to be told, and the program must not stand still because of its log.
      }
    },
    close: () => closeSync(fd),
  };
}

/** Whole lines, together at most an eighth of `limit` where one line is not longer: a program may print more at once than a small log holds. */
function* partsOf(text: Buffer, limit: number): Generator<Buffer, void> {
  const most = Math.max(1, limit >> 3);
  for (let at = 0; at < text.length; ) {
    const fits = at + most >= text.length ? text.length : text.lastIndexOf(0x0a, at + most - 1) + 1;
    const end = fits > at ? fits : text.indexOf(0x0a, at) + 1 || text.length;
    yield text.subarray(at, end);
    at = end;
  }
}

/** The lines of the log for some bytes of one stream. Pure. */
export function encodeLog(stream: LogStream, bytes: Buffer, now: Date): Buffer {
  const time = now.toISOString();
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    const whole = end !== -1;
    const text = bytes.subarray(at, whole ? end : bytes.length);
    parts.push(Buffer.from(`${time} ${stream} ${whole ? "F" : "P"} `), text, Buffer.from("\n"));
    at += text.length + (whole ? 1 : 0);
  }
  return Buffer.concat(parts);
}

export type LogEntry = { readonly time: string; readonly stream: LogStream; readonly bytes: Buffer };

/** One line of the log (without its line feed); undefined for what is none. Pure. */
export function decodeLogLine(line: Buffer): LogEntry | undefined {
  const head = /^(\S+) (stdout|stderr) ([FP]) /.exec(line.subarray(0, 64).toString("latin1"));
  if (head === null) return undefined;
  const [whole, time = "", stream, tag] = head;
  const text = line.subarray(whole.length);
  const bytes = tag === "F" ? Buffer.concat([text, Buffer.from("\n")]) : text;
  return { time, stream: stream as LogStream, bytes };
}
