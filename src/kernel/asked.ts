import { attempt, unread } from "./read.ts";
import type { KernelCalls, KernelFiles, Reading } from "./reading.ts";

/** A fact that only a system call tells: `source` names the call. Captured trees have none. */
export async function ask<T>(
  files: KernelFiles,
  source: string,
  call: (calls: KernelCalls) => T | Promise<T>,
): Promise<Reading<T>> {
  const { calls } = files;
  if (calls === undefined) return unread(source, "absent", "captured files: no system call can be made");
  return attempt(source, async () => call(calls));
}

/** The reading of something costly that nobody asked for. */
export function notAsked(source: string): Reading<never> {
  return unread(source, "absent", "it was not asked for");
}
