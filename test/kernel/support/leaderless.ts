import { codeOffset, codeOrigin, dataOrigin, executable } from "../../../src/linux/probe/executable.ts";
import {
  assemble,
  jump,
  jumpIf,
  label,
  type Piece,
  set,
  systemCall,
  test,
} from "../../../src/linux/probe/x86-64.ts";

/** asm/unistd_64.h */
const calls = { nanosleep: 35, pause: 34, clone: 56, execve: 59, exit: 60 } as const;
/** CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM */
const threadFlags = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000;
const at = { time: dataOrigin, path: dataOrigin + 16, words: dataOrigin + 32, args: dataOrigin + 64 };

/**
 * A program for x86-64 whose first thread ends at once while a second goes on: for ever, or for `milliseconds`, after which that one
 * executes sleep(1), /bin/sleep, and so becomes the process's first thread.
 */
export function leaderless(milliseconds?: number): Buffer {
  const data = Buffer.alloc(128);
  data.writeBigUInt64LE(BigInt(Math.floor((milliseconds ?? 0) / 1000)), 0);
  data.writeBigUInt64LE(BigInt(((milliseconds ?? 0) % 1000) * 1_000_000), 8);
  data.write("/bin/sleep\0", 16);
  data.write("sleep\x001000\0", 32);
  data.writeBigUInt64LE(BigInt(at.words), 64);
  data.writeBigUInt64LE(BigInt(at.words + 6), 72);
  const later =
    milliseconds === undefined
      ? []
      : [...call(calls.nanosleep, at.time, 0), ...call(calls.execve, at.path, at.args, 0)];
  const code = assemble(
    [
      ...call(calls.clone, threadFlags, dataOrigin + 0x8000, 0, 0, 0),
      ...[test("rax"), jumpIf("zero", "second"), ...call(calls.exit, 0)],
      ...[label("second"), ...later],
      ...[label("wait"), ...call(calls.pause), jump("wait")],
    ],
    codeOrigin + codeOffset,
  );
  return executable({ machine: 62, code, data, dataSize: 0x10000 });
}

function call(number: number, ...args: readonly number[]): readonly Piece[] {
  const names = ["rdi", "rsi", "rdx", "r10", "r8"] as const;
  const given = names.flatMap((name, index) => (args[index] === undefined ? [] : [set(name, args[index])]));
  return [...given, set("rax", number), systemCall];
}
