/** What the kernel would make of a file that execve(2) is given, by its first bytes. */
export type ExecutableKind =
  | { readonly kind: "elf"; readonly machine: number; readonly interpreter: string | undefined }
  | { readonly kind: "script"; readonly interpreter: string; readonly carriageReturn: boolean }
  | { readonly kind: "unknown" };

/** Bytes that `readExecutable` wants: program headers and the interpreter's name stand at the beginning. */
export const executableStart = 64 * 1024;

/** Pure: recognise an ELF program (elf(5)) or a script (execve(2), "Interpreter scripts"). */
export function readExecutable(bytes: Buffer): ExecutableKind {
  if (bytes.subarray(0, 4).equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46]))) return readElf(bytes);
  if (bytes.subarray(0, 2).toString("latin1") !== "#!") return { kind: "unknown" };
  const line = bytes.subarray(2, 256).toString("utf8").split("\n")[0] ?? "";
  const interpreter = /^[ \t]*([^ \t\r]*)/.exec(line)?.[1] ?? "";
  return interpreter === ""
    ? { kind: "unknown" }
    : { kind: "script", interpreter, carriageReturn: line.endsWith("\r") };
}

/** Names of machines by e_machine (elf.h), as image platforms spell them. */
const machines: Readonly<Record<number, string>> = {
  3: "386",
  8: "mips",
  20: "ppc",
  21: "ppc64",
  22: "s390x",
  40: "arm",
  62: "amd64",
  183: "arm64",
  243: "riscv64",
  258: "loong64",
};

/** "arm64" for 183; "machine 7" for one without a name here. */
export function machineName(machine: number): string {
  return machines[machine] ?? `machine ${machine}`;
}

/** Can a kernel of this architecture ("amd64") run the machine's programs without an emulator? 64-bit kernels run their 32-bit kin. */
export function runsNatively(machine: number, architecture: string): boolean {
  const name = machineName(machine);
  const kin: Readonly<Record<string, string>> = { amd64: "386", arm64: "arm" };
  return name === architecture || kin[architecture] === name;
}

function readElf(bytes: Buffer): ExecutableKind {
  const wide = bytes[4] === 2;
  const big = bytes[5] === 2;
  const read = (offset: number, size: 2 | 4 | 8): number => readInteger(bytes, { offset, size, big });
  if (bytes.length < 64) return { kind: "unknown" };
  const machine = read(18, 2);
  const table = wide ? read(32, 8) : read(28, 4);
  const [entrySize, count] = wide ? [read(54, 2), read(56, 2)] : [read(42, 2), read(44, 2)];
  for (let index = 0; index < Math.min(count, 100); index++) {
    const at = table + index * entrySize;
    if (at + 56 > bytes.length || read(at, 4) !== 3) continue;
    const [offset, size] = wide ? [read(at + 8, 8), read(at + 32, 8)] : [read(at + 4, 4), read(at + 16, 4)];
    const name = bytes
      .subarray(offset, offset + size)
      .toString("utf8")
      .replace(/\0.*$/s, "");
    return { kind: "elf", machine, interpreter: name === "" ? undefined : name };
  }
  return { kind: "elf", machine, interpreter: undefined };
}

function readInteger(bytes: Buffer, place: { offset: number; size: 2 | 4 | 8; big: boolean }): number {
  const { offset, size, big } = place;
  if (size === 8) return Number(big ? bytes.readBigUInt64BE(offset) : bytes.readBigUInt64LE(offset));
  return big ? bytes.readUIntBE(offset, size) : bytes.readUIntLE(offset, size);
}
