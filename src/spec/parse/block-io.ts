import { badValue } from "./bad-value.ts";
import { parseBytes } from "./bytes.ts";
import { parseInteger } from "./number.ts";

/** A value for a block device whose numbers the caller reads with stat. */
export type BlockDeviceWish = { readonly path: string; readonly value: number };

/** The weights that cgroup v1 takes (config-linux.md#block-io). */
const weights = { kind: "block IO weight", least: 10, most: 1000 };

/** 10 to 1000. Errors: "spec.bad-option". */
export function parseBlockWeight(text: string): number {
  return parseInteger(text, weights);
}

/** Docker's --blkio-weight-device: "/dev/sda:500". Errors: "spec.bad-option". */
export function parseDeviceWeight(text: string): BlockDeviceWish {
  const { path, rest } = split(text, "/dev/NAME:WEIGHT");
  return { path, value: parseInteger(rest, weights) };
}

/** Docker's --device-read-bps: "/dev/sda:1mb", bytes a second. Errors: "spec.bad-option". */
export function parseDeviceBytes(text: string): BlockDeviceWish {
  const form = "/dev/NAME:BYTES, for example /dev/sda:1mb";
  const { path, rest } = split(text, form);
  const value = parseBytes(rest);
  if (value <= 0) throw badValue("device limit", text, { got: "a rate is at least one byte a second", form });
  return { path, value };
}

/** Docker's --device-read-iops: "/dev/sda:1000", operations a second. Errors: "spec.bad-option". */
export function parseDeviceOperations(text: string): BlockDeviceWish {
  const { path, rest } = split(text, "/dev/NAME:N, for example /dev/sda:1000");
  return { path, value: parseInteger(rest, { kind: "operations a second", least: 1, most: 2 ** 32 - 1 }) };
}

function split(text: string, form: string): { readonly path: string; readonly rest: string } {
  const [, path, rest] = /^(\/dev\/[^:]+):([^:]+)$/.exec(text.trim()) ?? [];
  if (path !== undefined && rest !== undefined) return { path, rest };
  throw badValue("device limit", text, { got: "it has another form", form });
}
