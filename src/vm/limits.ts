import type { Cancel } from "../base/brand.ts";
import { endingError, type Stage, timeoutError } from "./failure.ts";
import type { Machine } from "./machine.ts";
import type { MachineSize } from "./options.ts";

/** Milliseconds for a boot. An emulated machine on a busy host has been seen to take 20 s. */
export const bootLimit = 120_000;

type Bounds = Cancel & {
  readonly machine: Machine;
  /** Milliseconds; undefined: no limit. */
  readonly limit: number | undefined;
  /** The limit as the user gave it, in milliseconds, of which `limit` is what is left; default: `limit`. */
  readonly given?: number | undefined;
  readonly stage: Stage;
  readonly size: MachineSize;
};

/** Wait for something that a machine does, but not beyond its end, the time limit or an abort. Errors: see failure.ts; the signal's reason. */
export async function within<Value>(work: Promise<Value>, bounds: Bounds): Promise<Value> {
  const { machine, limit, stage, size, signal } = bounds;
  const seconds = Math.round((bounds.given ?? limit ?? 0) / 1000);
  signal?.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => {};
  const broken = new Promise<never>((_, reject) => {
    const late = () => reject(timeoutError(machine.console(), { stage, seconds }));
    if (limit !== undefined) timer = setTimeout(late, limit);
    onAbort = () => reject(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    void machine.ended.then((ending) => reject(endingError(ending, { stage, memory: size.memory })));
  });
  work.catch(() => {});
  broken.catch(() => {});
  try {
    return await Promise.race([work, broken]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
