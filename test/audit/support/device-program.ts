import { closeSync, openSync } from "node:fs";
import { devicePrograms } from "../../../src/linux/bpf.ts";
import { koffi, systemCall } from "../../../src/linux/door.ts";
import { bytesOf } from "../../kernel/support/bpf.ts";

/** linux/bpf.h */
const [PROG_LOAD, PROG_ATTACH, PROG_DETACH, GET_FD_BY_ID] = [5, 8, 9, 13];
const [CGROUP_DEVICE_PROGRAM, CGROUP_DEVICE, ALLOW_MULTI] = [15, 6, 2];
const number = process.arch === "x64" ? 321 : 280;

const bpf = systemCall("long syscall(long number, long command, void *attributes, ulong size, ulong unused)");

/** Attach a program that allows or denies every device to a directory of cgroup2, beside those that are there. It goes with the cgroup. */
export function attachDeviceProgram(directory: string, { allows }: { readonly allows: boolean }): void {
  const program = load(allows ? 1 : 0);
  const cgroup = openSync(directory, "r");
  try {
    const { ids, flags } = devicePrograms(directory, { effective: false });
    attach(PROG_ATTACH, { cgroup, program, flags: ids.length === 0 ? ALLOW_MULTI : flags });
  } finally {
    closeSync(cgroup);
    closeSync(program);
  }
}

/** Take every program off the directory. */
export function detachDevicePrograms(directory: string): void {
  const cgroup = openSync(directory, "r");
  try {
    for (const id of devicePrograms(directory, { effective: false }).ids) {
      const asked = Buffer.alloc(12);
      asked.writeUInt32LE(id, 0);
      const program = bpf(number, GET_FD_BY_ID, asked, asked.length, 0);
      attach(PROG_DETACH, { cgroup, program, flags: 0 });
      closeSync(program);
    }
  } finally {
    closeSync(cgroup);
  }
}

function load(answer: number): number {
  const code = bytesOf([
    [0xb7, 0, 0, 0, answer],
    [0x95, 0, 0, 0, 0],
  ]);
  const license = Buffer.from("GPL\0");
  const attributes = Buffer.alloc(72);
  attributes.writeUInt32LE(CGROUP_DEVICE_PROGRAM, 0);
  attributes.writeUInt32LE(code.length / 8, 4);
  attributes.writeBigUInt64LE(BigInt(koffi().address(code)), 8);
  attributes.writeBigUInt64LE(BigInt(koffi().address(license)), 16);
  return bpf(number, PROG_LOAD, attributes, attributes.length, 0);
}

function attach(
  command: number,
  { cgroup, program, flags }: { readonly cgroup: number; readonly program: number; readonly flags: number },
): void {
  const attributes = Buffer.alloc(20);
  attributes.writeUInt32LE(cgroup, 0);
  attributes.writeUInt32LE(program, 4);
  attributes.writeUInt32LE(CGROUP_DEVICE, 8);
  attributes.writeUInt32LE(flags, 12);
  bpf(number, command, attributes, attributes.length, 0);
}
