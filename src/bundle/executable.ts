import { readElf } from "../linux/elf.ts";

/** What the kernel would make of a file that execve(2) is given, by its first bytes. */
export type ExecutableKind =
  | { readonly kind: "elf"; readonly architecture: string; readonly interpreter: string | undefined }
  | { readonly kind: "script"; readonly interpreter: string; readonly carriageReturn: boolean }
  | { readonly kind: "unknown" };

/** Pure: recognise an ELF program (elf(5)) or a script (execve(2), "Interpreter scripts") by its first `elfStart` bytes. */
export function readExecutable(bytes: Buffer): ExecutableKind {
  const elf = readElf(bytes);
  if (elf !== undefined) return { kind: "elf", ...elf };
  if (bytes.subarray(0, 2).toString("latin1") !== "#!") return { kind: "unknown" };
  const line = bytes.subarray(2, 256).toString("utf8").split("\n")[0] ?? "";
  const interpreter = /^[ \t]*([^ \t\r]*)/.exec(line)?.[1] ?? "";
  return interpreter === ""
    ? { kind: "unknown" }
    : { kind: "script", interpreter, carriageReturn: line.endsWith("\r") };
}

/** Can a kernel of the architecture `here` ("amd64") run that one's programs without an emulator? 64-bit kernels run their 32-bit kin. */
export function runsNatively(architecture: string, here: string): boolean {
  const kin: Readonly<Record<string, string>> = { amd64: "386", arm64: "arm" };
  return architecture === here || kin[here] === architecture;
}
