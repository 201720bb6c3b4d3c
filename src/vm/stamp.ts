import { createHash } from "node:crypto";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { type MachinePlan, machineArguments } from "./arguments.ts";

/**
 * What made a snapshot, as one hash: the kernel, the initramfs with its scripts, QEMU itself, and every argument of the machine, sizes among
 * them. The current directory does not count, since nothing of the host is mounted yet when the machine is saved.
 */
export function machineStamp(
  plan: MachinePlan,
  made: { readonly kernelHash: string; readonly qemu: string },
): string {
  const neutral = machineArguments({ ...plan, directory: "/", write: false, memoryFile: undefined });
  const hash = createHash("sha256").update(JSON.stringify(neutral));
  hash.update(made.kernelHash).update(readFileSync(plan.initramfs)).update(programStamp(made.qemu));
  return hash.digest("hex");
}

/** A program's identity without reading it: its real path, size and time of change, which every new version alters. */
export function programStamp(path: string): string {
  const real = realpathSync(path);
  const { size, mtimeMs } = statSync(real);
  return `${real} ${size} ${mtimeMs}`;
}
