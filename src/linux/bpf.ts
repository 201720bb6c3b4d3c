import { closeSync, openSync } from "node:fs";
import { koffi, systemCall } from "./door.ts";

const number = process.arch === "x64" ? 321 : 280;
/** enum bpf_cmd, bpf_attach_type and flags of linux/bpf.h */
const [BPF_PROG_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD, BPF_PROG_QUERY] = [13, 15, 16];
const BPF_CGROUP_DEVICE = 6;
const BPF_F_QUERY_EFFECTIVE = 1;
/** Where the words that we want lie in struct bpf_prog_info. */
const info = { size: 80, type: 0, translatedLength: 20, translated: 32, name: 64 } as const;
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

/** What the kernel says of a program. */
export type ProgramInfo = {
  readonly type: number;
  readonly name: string;
  /** After the kernel's rewriting. */
  readonly instructions: number;
  /** The instructions themselves (struct bpf_insn, 8 bytes each); undefined where the kernel keeps them to itself, as when it blinds constants. */
  readonly code: Uint8Array | undefined;
};

/** The program of this id (bpf(2), BPF_PROG_GET_FD_BY_ID and BPF_OBJ_GET_INFO_BY_FD). EPERM without CAP_SYS_ADMIN, ENOENT when it has gone. */
export function programInfo(id: number): ProgramInfo {
  const asked = Buffer.alloc(12);
  asked.writeUInt32LE(id, 0);
  const fd = bpf(number, BPF_PROG_GET_FD_BY_ID, asked, asked.length, 0);
  try {
    const answer = askInfo(fd, Buffer.alloc(0));
    const length = answer.readUInt32LE(info.translatedLength);
    return {
      type: answer.readUInt32LE(info.type),
      name: answer.toString("latin1", info.name, info.name + 16).replace(/\0.*$/s, ""),
      instructions: length / 8,
      code: length === 0 ? undefined : readCode(fd, length),
    };
  } finally {
    closeSync(fd);
  }
}

/** struct bpf_prog_info, with the instructions copied to `code` as far as they fit. */
function askInfo(fd: number, code: Buffer): Buffer {
  const answer = Buffer.alloc(info.size);
  answer.writeUInt32LE(code.length, info.translatedLength);
  if (code.length > 0) answer.writeBigUInt64LE(BigInt(koffi().address(code)), info.translated);
  const attributes = Buffer.alloc(16);
  attributes.writeUInt32LE(fd, 0);
  attributes.writeUInt32LE(answer.length, 4);
  attributes.writeBigUInt64LE(BigInt(koffi().address(answer)), 8);
  bpf(number, BPF_OBJ_GET_INFO_BY_FD, attributes, attributes.length, 0);
  return answer;
}

/** The kernel puts 0 in the place of the address when it has not copied anything. */
function readCode(fd: number, length: number): Uint8Array | undefined {
  const code = Buffer.alloc(length);
  const answer = askInfo(fd, code);
  const copied =
    answer.readBigUInt64LE(info.translated) !== 0n && answer.readUInt32LE(info.translatedLength) === length;
  return copied ? code : undefined;
}
