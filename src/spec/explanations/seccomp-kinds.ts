/** What becomes of a system call (seccomp(2), seccomp_rule_add(3)). */
export const seccompActionKinds: Readonly<Record<string, string>> = {
  SCMP_ACT_KILL: "ends the thread that calls, by SIGSYS; the rest of the process lives on, mostly to hang",
  SCMP_ACT_KILL_THREAD:
    "ends the thread that calls, by SIGSYS; the rest of the process lives on, mostly to hang",
  SCMP_ACT_KILL_PROCESS: "ends the whole process by SIGSYS",
  SCMP_ACT_TRAP: "sends SIGSYS to the process, which may catch it and go on",
  SCMP_ACT_ERRNO: "makes the call fail with an error number and does nothing else",
  SCMP_ACT_TRACE: "stops the process for its tracer to decide; without one the call fails with ENOSYS",
  SCMP_ACT_ALLOW: "lets the call happen",
  SCMP_ACT_LOG: "lets the call happen and writes it to the audit log",
  SCMP_ACT_NOTIFY: "makes the call wait for the program at listenerPath, which decides or answers itself",
};

/** How an argument is compared. */
export const seccompOperatorKinds: Readonly<Record<string, string>> = {
  SCMP_CMP_NE: "holds when the argument is not the value",
  SCMP_CMP_LT: "holds when the argument is less than the value",
  SCMP_CMP_LE: "holds when the argument is the value or less",
  SCMP_CMP_EQ: "holds when the argument is the value",
  SCMP_CMP_GE: "holds when the argument is the value or more",
  SCMP_CMP_GT: "holds when the argument is more than the value",
  SCMP_CMP_MASKED_EQ: "holds when the argument's bits under the mask (value) are valueTwo",
};

export const seccompFlagKinds: Readonly<Record<string, string>> = {
  SECCOMP_FILTER_FLAG_TSYNC: "puts the filter on all threads at once",
  SECCOMP_FILTER_FLAG_LOG: "logs every call that is not allowed",
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: "leaves the processor's speculation as it is: faster, less guarded",
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV:
    "lets only fatal signals interrupt a call once the program at listenerPath has seen it",
};

/** Whose system calls each architecture's are. */
export const seccompArchitectureKinds: Readonly<Record<string, string>> = {
  SCMP_ARCH_X86: "is 32-bit x86, which x86_64 kernels run as well",
  SCMP_ARCH_X86_64: "is x86_64, also called amd64",
  SCMP_ARCH_X32: "is x86_64 with 32-bit pointers",
  SCMP_ARCH_ARM: "is 32-bit ARM, which many arm64 kernels run as well",
  SCMP_ARCH_AARCH64: "is arm64",
  SCMP_ARCH_LOONGARCH64: "is 64-bit LoongArch",
  SCMP_ARCH_M68K: "is Motorola 68000",
  SCMP_ARCH_MIPS: "is 32-bit MIPS, big-endian",
  SCMP_ARCH_MIPS64: "is 64-bit MIPS, big-endian",
  SCMP_ARCH_MIPS64N32: "is 64-bit MIPS with 32-bit pointers, big-endian",
  SCMP_ARCH_MIPSEL: "is 32-bit MIPS, little-endian",
  SCMP_ARCH_MIPSEL64: "is 64-bit MIPS, little-endian",
  SCMP_ARCH_MIPSEL64N32: "is 64-bit MIPS with 32-bit pointers, little-endian",
  SCMP_ARCH_PPC: "is 32-bit PowerPC",
  SCMP_ARCH_PPC64: "is 64-bit PowerPC, big-endian",
  SCMP_ARCH_PPC64LE: "is 64-bit PowerPC, little-endian",
  SCMP_ARCH_S390: "is 31-bit IBM Z",
  SCMP_ARCH_S390X: "is 64-bit IBM Z",
  SCMP_ARCH_SH: "is SuperH, little-endian",
  SCMP_ARCH_SHEB: "is SuperH, big-endian",
  SCMP_ARCH_PARISC: "is 32-bit PA-RISC",
  SCMP_ARCH_PARISC64: "is 64-bit PA-RISC",
  SCMP_ARCH_RISCV64: "is 64-bit RISC-V",
};
