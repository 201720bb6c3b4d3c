import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import { findContainer, type Where } from "../container/find.ts";
import { keeperFiles } from "../container/keeper/files.ts";
import type { LogEntry } from "../container/keeper/log-file.ts";
import { followLog, readLog } from "../container/keeper/log-reader.ts";
import { isKept, readRecord } from "../container/records.ts";
import type { ContainerId } from "../oci/spec.ts";

export type LogsWish = Where & {
  readonly follow: boolean;
  readonly tail: number | undefined;
  readonly timestamps: boolean;
  /** Entries as lines of JSON instead of their bytes. */
  readonly json: boolean;
};

/** Print a detached container's log. Errors: "runtime.not-found", "container.not-kept". */
export async function printLogs(id: ContainerId, wish: LogsWish): Promise<void> {
  const { configuration, follow, tail, signal } = wish;
  const record = readRecord(configuration, id);
  if (record?.keeper === undefined) {
    await findContainer(id, wish);
    throw notKept(id);
  }
  const files = keeperFiles(configuration, id);
  const writer = entryWriter(wish);
  let skip = tail === undefined ? 0 : Math.max(0, countLines(readLog(files)) - tail);
  const give = async (entry: LogEntry): Promise<void> => {
    if (skip > 0) skip -= endsLine(entry) ? 1 : 0;
    else await writer(entry);
  };
  if (!follow) for (const entry of readLog(files)) await give(entry);
  else
    for await (const entry of followLog(files, { isOver: () => !isKept(record), signal })) await give(entry);
}

function countLines(entries: Iterable<LogEntry>): number {
  let count = 0;
  let open = false;
  for (const entry of entries) {
    if (endsLine(entry)) count += 1;
    open = !endsLine(entry);
  }
  return count + (open ? 1 : 0);
}

function endsLine({ bytes }: LogEntry): boolean {
  return bytes.at(-1) === 0x0a;
}

function entryWriter({ timestamps, json }: LogsWish): (entry: LogEntry) => Promise<void> {
  const begins = { stdout: true, stderr: true };
  return async (entry) => {
    if (json)
      return write(
        process.stdout,
        `${JSON.stringify({ ...entry, bytes: undefined, text: entry.bytes.toString() })}\n`,
      );
    const target = entry.stream === "stdout" ? process.stdout : process.stderr;
    const head = timestamps && begins[entry.stream] ? Buffer.from(`${entry.time} `) : Buffer.alloc(0);
    begins[entry.stream] = endsLine(entry);
    await write(target, Buffer.concat([head, entry.bytes]));
  };
}

/** A slow reader is waited for; one that has gone is no reason to fail. */
function write(target: NodeJS.WriteStream, text: Buffer | string): Promise<void> {
  return new Promise((resolve) => void target.write(text, () => resolve()));
}

function notKept(id: ContainerId): OcilabError {
  return new OcilabError("container.not-kept", {
    doing: `print the log of container ${quote(id)}`,
    got: "it has none: it was not started by `ocilab run --detach`, and what it prints goes to whoever made it",
    hint: "ocilab run --detach",
  });
}
