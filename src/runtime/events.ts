import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Cancel } from "../base/brand.ts";
import { startProgram } from "../base/process.ts";
import type { ContainerId } from "../oci/spec.ts";
import type { EventFlags } from "./argv.ts";
import type { Driver } from "./creation.ts";
import { runtimeFailure } from "./failure.ts";
import { lastWords, parseRuntimeEvent, type RuntimeEvent } from "./output.ts";

export type Follow = Cancel & {
  readonly id: ContainerId;
  readonly doing: string;
  readonly flags: EventFlags;
};

/**
 * Follow `events` line by line until the container ends, the caller leaves the loop, or `signal` aborts; the runtime's process is ended in
 * each case. Errors: "runtime.unsupported" (crun has no such verb), "runtime.output".
 */
export async function* follow(
  driver: Driver,
  { id, doing, signal, flags }: Follow,
): AsyncGenerator<RuntimeEvent, void> {
  const { file, args } = driver.command({ verb: "events", id, ...flags });
  const { child } = await startProgram(file, args, {
    stdin: "ignore",
    buffer: { stdout: false },
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  try {
    for await (const line of createInterface(child.stdout as Readable)) {
      if (line.trim() !== "") yield parseRuntimeEvent(line);
    }
    const result = await child;
    signal?.throwIfAborted();
    if (result.exitCode === 0) return;
    const { name } = driver.place;
    const words = lastWords(typeof result.stderr === "string" ? result.stderr : "");
    throw runtimeFailure(doing, {
      ...{ name, words, exitCode: result.exitCode, signal: result.signal, command: [file, ...args] },
    });
  } finally {
    child.kill("SIGTERM");
    await child;
  }
}
