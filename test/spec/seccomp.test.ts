import { describe, expect, test } from "vitest";
import { capabilityNames } from "../../src/oci/capabilities.ts";
import type { Seccomp } from "../../src/oci/spec.ts";
import { validateSpec } from "../../src/oci/validate.ts";
import { defaultCapabilities } from "../../src/spec/defaults.ts";
import { defaultSeccomp, syscallGroups } from "../../src/spec/seccomp/profile.ts";
import { refusedCalls } from "../../src/spec/seccomp/refused.ts";

/** What becomes of a call with these arguments, as libseccomp decides: the rule that matches, else the default. */
function outcome(
  { syscalls = [], defaultAction }: Seccomp,
  name: string,
  args: readonly number[] = [],
): string | number {
  const rule = syscalls.find(
    (candidate) =>
      candidate.names.includes(name) &&
      (candidate.args ?? []).every(({ index, value, valueTwo = 0, op }) => {
        const given = BigInt(args[index] ?? 0);
        switch (op) {
          case "SCMP_CMP_EQ":
            return given === BigInt(value);
          case "SCMP_CMP_LT":
            return given < BigInt(value);
          case "SCMP_CMP_GT":
            return given > BigInt(value);
          case "SCMP_CMP_MASKED_EQ":
            return (given & BigInt(value)) === BigInt(valueTwo);
          default:
            throw new Error(`the profile has no ${op}`);
        }
      }),
  );
  const action = rule?.action ?? defaultAction;
  return action === "SCMP_ACT_ERRNO" ? (rule?.errnoRet ?? 1) : action;
}

const usual = defaultSeccomp("amd64", defaultCapabilities);
const allow = "SCMP_ACT_ALLOW";
const eperm = 1;

describe("the default seccomp profile", () => {
  test.each(
    `read write openat openat2 execve fork vfork wait4 mmap mprotect brk futex futex_waitv rt_sigaction kill faccessat2 statx
    cachestat fchmodat2 landlock_create_ruleset landlock_restrict_self ptrace process_vm_readv chroot mknod seccomp prctl
    close_range epoll_pwait2 memfd_create getrandom clock_gettime nanosleep io_setup pidfd_open rseq membarrier arch_prctl
    modify_ldt mseal statmount setxattrat clock_gettime64 socketcall ipc recv waitpid chown32 inotify_init fanotify_mark
    name_to_handle_at sched_setattr ioprio_set capset setgroups mlockall adjtimex`
      .trim()
      .split(/\s+/),
  )("allows %s", (name) => {
    expect(outcome(usual, name)).toBe(allow);
  });

  test.each(
    `mount umount2 move_mount open_tree fsopen fsmount fsconfig fspick mount_setattr pivot_root unshare setns kexec_load
    kexec_file_load bpf keyctl add_key request_key io_uring_setup io_uring_enter io_uring_register perf_event_open userfaultfd
    swapon swapoff reboot init_module finit_module delete_module acct iopl ioperm settimeofday clock_settime syslog quotactl
    sethostname setdomainname open_by_handle_at kcmp pidfd_getfd process_madvise mbind set_mempolicy move_pages vhangup uselib
    ustat sysfs nfsservctl lookup_dcookie fanotify_init vm86 create_module`
      .trim()
      .split(/\s+/),
  )("refuses %s with EPERM", (name) => {
    expect(outcome(usual, name)).toBe(eperm);
  });

  test.each([
    ["clone3", [], 38],
    ["clone", [0x11], allow],
    ["clone", [0x3d0f00], allow],
    ["clone", [0x10000000], eperm],
    ["clone", [0x20000 | 0x11], eperm],
    ["clone", [0x02000000], eperm],
    ["socket", [1], allow],
    ["socket", [2], allow],
    ["socket", [16], allow],
    ["socket", [17], allow],
    ["socket", [38], eperm],
    ["socket", [39], allow],
    ["socket", [40], eperm],
    ["socket", [44], allow],
    ["personality", [0], allow],
    ["personality", [8], allow],
    ["personality", [0x20008], allow],
    ["personality", [0xffffffff], allow],
    ["personality", [0x40000], eperm],
  ])("%s %j: %s", (name, args, expected) => {
    expect(outcome(usual, name, args)).toBe(expected);
  });

  test.each([
    ["CAP_SYS_ADMIN", ["mount", "unshare", "setns", "bpf", "clone", "clone3", "sethostname", "syslog"]],
    ["CAP_BPF", ["bpf"]],
    ["CAP_PERFMON", ["perf_event_open"]],
    ["CAP_SYS_PTRACE", ["kcmp", "pidfd_getfd", "process_madvise"]],
    ["CAP_SYS_BOOT", ["reboot"]],
    ["CAP_SYS_MODULE", ["init_module", "finit_module", "delete_module"]],
    ["CAP_SYS_TIME", ["settimeofday", "clock_settime64"]],
    ["CAP_SYS_NICE", ["mbind", "set_mempolicy"]],
    ["CAP_SYSLOG", ["syslog"]],
    ["CAP_DAC_READ_SEARCH", ["open_by_handle_at"]],
    ["CAP_SYS_CHROOT", ["chroot"]],
  ])("%s opens %j", (capability, names) => {
    const without = defaultSeccomp("amd64", []);
    const given = defaultSeccomp("amd64", [capability]);
    for (const name of names) {
      expect(outcome(given, name, [0x10000000]), name).toBe(allow);
      expect(outcome(without, name, [0x10000000]), name).not.toBe(allow);
    }
  });

  test("never allows what is refused whatever the capabilities", () => {
    const everything = defaultSeccomp("amd64", capabilityNames);
    const names = refusedCalls.flatMap(({ calls }) => calls);
    expect(names.filter((name) => outcome(everything, name) !== eperm)).toEqual([]);
  });

  test.each([
    ["amd64", ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], "arch_prctl", "cacheflush"],
    ["arm64", ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"], "cacheflush", "arch_prctl"],
    ["riscv64", undefined, "riscv_flush_icache", "modify_ldt"],
  ])("%s: architectures and calls of its own", (architecture, architectures, own, foreign) => {
    const profile = defaultSeccomp(architecture, defaultCapabilities);
    expect(profile.architectures).toEqual(architectures);
    expect(outcome(profile, own)).toBe(allow);
    expect(outcome(profile, foreign)).toBe(eperm);
    expect(outcome(profile, "clone", [0x11])).toBe(allow);
    expect(validateSpec({ ociVersion: "1.1.0", linux: { seccomp: profile } })).toEqual([]);
  });

  test("on s390x clone takes its flags second", () => {
    const profile = defaultSeccomp("s390x", []);
    expect(outcome(profile, "clone", [0x10000000, 0x11])).toBe(allow);
    expect(outcome(profile, "clone", [0x11, 0x10000000])).toBe(eperm);
  });

  test("the table: every group says why, and no call is in two everyday groups", () => {
    for (const { purpose, why, calls } of [...syscallGroups, ...refusedCalls]) {
      expect(why, purpose).toMatch(/^(?:[a-z]|System V).{9,}[^.]$/);
      expect(new Set(calls).size, purpose).toBe(calls.length);
      expect(calls.filter((name) => !/^[a-z_][a-z0-9_]*$/.test(name))).toEqual([]);
    }
    const free = syscallGroups.filter(({ when }) => when === undefined).flatMap(({ calls }) => calls);
    expect(free.filter((name, index) => free.indexOf(name) !== index)).toEqual([]);
  });
});
