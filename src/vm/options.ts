import { availableParallelism } from "node:os";
import type { Cancel } from "../base/brand.ts";

/** A directory of the host that the machine sees at the same path. */
export type Share = { readonly path: string; readonly write: boolean };

/** Which kernel to boot: a Debian package, of a suite or of the host's own, or a file with its modules where distributions put them. */
export type KernelChoice =
  | { readonly kind: "package"; readonly name: string; readonly suite: string }
  | { readonly kind: "file"; readonly path: string };

/** The size of a machine. Memory in MiB. */
export type MachineSize = { readonly cpus: number; readonly memory: number };

/** Where machines are kept and what they are made of. */
export type MachineOptions = Cancel & {
  /** The cache: kernels, initramfs images, snapshots (`machineCache`). */
  readonly cache: string;
  readonly kernel: KernelChoice;
  readonly size: MachineSize;
  /** One line for people about what takes time: fetching, probing. */
  readonly onNote?: ((note: string) => void) | undefined;
};

/** What to run in a machine, and what the machine shows of the host. */
export type RunOptions = MachineOptions & {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly shares: readonly Share[];
  /** Writes below `directory` go to the host. */
  readonly write: boolean;
  readonly user?: string | undefined;
  readonly init: "none" | "systemd";
  readonly network: boolean;
  /** Milliseconds from the start to the end of the command; undefined: as long as it takes. */
  readonly timeout?: number | undefined;
  /** A file to which the whole console of the machine goes. */
  readonly console?: string | undefined;
  /** Boot even when there is a snapshot. */
  readonly cold: boolean;
};

/** Two processors where the host has them (emulation gains nothing from more) and 2 GiB, of which the host gives only what is used. */
export function defaultSize(): MachineSize {
  return { cpus: Math.min(2, availableParallelism()), memory: 2048 };
}

/** "512m", "2g" or "2048" (MiB) in MiB, at least 128; undefined when it is no such text. */
export function parseMemory(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})([mg]?)(?:i?b)?$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const memory = Number(digits) * (unit?.toLowerCase() === "g" ? 1024 : 1);
  return memory >= 128 ? memory : undefined;
}

/** "90", "90s", "5m", "1h" in milliseconds, more than 0; undefined when it is no such text. */
export function parseTimeout(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9}(?:\.\d+)?)([smh]?)$/.exec(text) ?? [];
  const milliseconds = Number(digits) * ({ m: 60_000, h: 3_600_000 }[unit ?? ""] ?? 1000);
  return milliseconds > 0 ? milliseconds : undefined;
}

/** "PACKAGE" or, as apt writes it, "PACKAGE/SUITE"; undefined when it is neither. */
export function parseKernelPackage(text: string, ownSuite: string): KernelChoice | undefined {
  const [, name, suite = ownSuite] = /^([a-z0-9][a-z0-9+.-]+)(?:\/([a-z][a-z-]*))?$/.exec(text) ?? [];
  return name === undefined ? undefined : { kind: "package", name, suite };
}

/** "DIR", "DIR:rw" or "DIR:ro", the path still as it was given. */
export function parseShare(text: string): Share {
  const [, path = text, mode] = /^(.*?)(?::(ro|rw))?$/s.exec(text) ?? [];
  return { path, write: mode !== "ro" };
}
