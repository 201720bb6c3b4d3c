import { closeSync, openSync } from "node:fs";
import { koffi, systemCall } from "./door.ts";

const number = process.arch === "x64" ? 321 : 280;
/** enum bpf_cmd, bpf_attach_type and flags of linux/bpf.h */
const [BPF_PROG_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD, BPF_PROG_QUERY] = [13, 15, 16];
const BPF_CGROUP_DEVICE = 6;
const BPF_F_QUERY_EFFECTIVE = 1;
/** Where the words that we want lie in struct bpf_prog_info. */
const info = { size: 80, type: 0, translatedLength: 20, name: 64 } as const;
/** More than the kernel lets anybody attach (BPF_CGROUP_MAX_PROGS is 64) times a few levels. */
const most = 1024;

const bpf = systemCall("long syscall(long number, long command, void *attributes, ulong size, ulong unused)");

/** The ids of the programs that decide about devices in a cgroup2 directory, and the flags of their attachment. */
export type AttachedPrograms = { readonly ids: readonly number[]; readonly flags: number };

/** bpf(2), BPF_PROG_QUERY. `effective`: those of the ancestors too. EPERM without CAP_BPF or CAP_SYS_ADMIN (and CAP_NET_ADMIN). */
export function devicePrograms(
  directory: string,
  { effective }: { readonly effective: boolean },
): AttachedPrograms {
  const fd = openSync(directory, "r");
  try {
    const ids = Buffer.alloc(4 * most);
    const attributes = Buffer.alloc(32);
    attributes.writeUInt32LE(fd, 0);
    attributes.writeUInt32LE(BPF_CGROUP_DEVICE, 4);
    attributes.writeUInt32LE(effective ? BPF_F_QUERY_EFFECTIVE : 0, 8);
    attributes.writeBigUInt64LE(BigInt(koffi().address(ids)), 16);
    attributes.writeUInt32LE(most, 24);
    bpf(number, BPF_PROG_QUERY, attributes, attributes.length, 0);
    const count = attributes.readUInt32LE(24);
    const found = Array.from({ length: count }, (_, index) => ids.readUInt32LE(4 * index));
    return { ids: found, flags: attributes.readUInt32LE(12) };
  } finally {
    closeSync(fd);
  }
}

/** What the kernel says of the program of this id: its type, its name, its instructions after rewriting. */
export function programInfo(id: number): {
  readonly type: number;
  readonly name: string;
  readonly instructions: number;
} {
  const asked = Buffer.alloc(12);
  asked.writeUInt32LE(id, 0);
  const fd = bpf(number, BPF_PROG_GET_FD_BY_ID, asked, asked.length, 0);
  try {
    const answer = Buffer.alloc(info.size);
    const attributes = Buffer.alloc(16);
    attributes.writeUInt32LE(fd, 0);
    attributes.writeUInt32LE(answer.length, 4);
    attributes.writeBigUInt64LE(BigInt(koffi().address(answer)), 8);
    bpf(number, BPF_OBJ_GET_INFO_BY_FD, attributes, attributes.length, 0);
    return {
      type: answer.readUInt32LE(info.type),
      name: answer.toString("latin1", info.name, info.name + 16).replace(/\0.*$/s, ""),
      instructions: answer.readUInt32LE(info.translatedLength) / 8,
    };
  } finally {
    closeSync(fd);
  }
}
