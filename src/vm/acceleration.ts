import { accessSync, constants, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeDirectory } from "../base/directory.ts";
import { log } from "../base/log.ts";
import type { Acceleration, MachinePlan } from "./arguments.ts";
import { startMachine } from "./machine.ts";
import { programStamp } from "./stamp.ts";

const probeSeconds = 10;

/**
 * "kvm" where it truly works, else "tcg", QEMU's software emulation. There are hosts whose /dev/kvm opens and then fails, so a machine is booted
 * to find out, up to its first word; the answer holds until the host or QEMU changes and is kept in the cache.
 */
export async function chooseAcceleration(
  plan: Omit<MachinePlan, "acceleration">,
  options: { readonly cache: string; readonly qemu: string },
): Promise<Acceleration> {
  if (!mayOpen("/dev/kvm")) return "tcg";
  const path = join(options.cache, "acceleration.json");
  const key = `${programStamp(options.qemu)} ${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}`;
  const known = existsSync(path)
    ? (JSON.parse(readFileSync(path, "utf8")) as { key: string; value: Acceleration })
    : undefined;
  if (known?.key === key) return known.value;
  const value = (await boots({ ...plan, acceleration: "kvm" })) ? "kvm" : "tcg";
  log.info("probed /dev/kvm", { acceleration: value });
  makeDirectory(options.cache);
  writeFileSync(`${path}.${process.pid}`, JSON.stringify({ key, value }));
  renameSync(`${path}.${process.pid}`, path);
  return value;
}

async function boots(plan: MachinePlan): Promise<boolean> {
  await using machine = await startMachine(plan);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, probeSeconds * 1000, false);
  });
  const first = machine.lines.next().then(({ value }) => value === "ready");
  const ended = machine.ended.then(() => false);
  return await Promise.race([first, ended, late]).finally(() => clearTimeout(timer));
}

function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
