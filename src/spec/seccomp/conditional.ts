import { type ArgumentTest, type SyscallGroup, words } from "./group.ts";

const admin = ["CAP_SYS_ADMIN"] as const;

/** The CLONE_NEW* flags that clone(2) takes, from include/uapi/linux/sched.h: ns, cgroup, uts, ipc, user, pid, net. */
const newNamespaces = 0x7e020000;

const noNewNamespace = (index: number): readonly ArgumentTest[] => [
  { index, compare: "masked", mask: newNamespaces, value: 0 },
];

/** The values of personality(2) that change nothing or what is harmless, and the one that only asks. */
const personalities = { linux: 0, linux32: 0x8, uname26: 0x20000, uname26On32: 0x20008, ask: 0xffffffff };

const enosys = 38;

/** What depends on an argument, on a capability or on the machine. */
export const conditionalCalls: readonly SyscallGroup[] = [
  {
    purpose: "sockets of most families",
    why: "all but AF_ALG (38, the kernel's cryptography) and AF_VSOCK (40, which reaches the hypervisor from any namespace)",
    calls: ["socket"],
    only: [
      { index: 0, compare: "less", value: 38 },
      { index: 0, compare: "equal", value: 39 },
      { index: 0, compare: "greater", value: 40 },
    ],
  },
  {
    purpose: "execution domain",
    why: "the ordinary domains and the question which one is set; others switch off address randomisation",
    calls: ["personality"],
    only: Object.values(personalities).map((value) => ({ index: 0, compare: "equal", value })),
  },
  {
    purpose: "threads and children",
    why: "clone, as long as it makes no namespace: a user namespace of one's own opens much more of the kernel",
    calls: ["clone"],
    only: noNewNamespace(0),
    when: { none: admin, notOn: ["s390x"] },
  },
  {
    purpose: "threads and children on s390x",
    why: "the same; clone takes its flags second there",
    calls: ["clone"],
    only: noNewNamespace(1),
    when: { none: admin, architectures: ["s390x"] },
  },
  {
    purpose: "clone3",
    why: "its flags lie in memory, where no filter can look; ENOSYS makes the C library fall back to clone",
    calls: ["clone3"],
    when: { none: admin },
    refuseWith: enosys,
  },
  {
    purpose: "administration",
    why: "mounts, namespaces, host name, quotas, tracing: what CAP_SYS_ADMIN is asked for",
    calls:
      words(`mount umount umount2 mount_setattr move_mount open_tree fsopen fsconfig fsmount fspick unshare
      setns clone clone3 sethostname setdomainname quotactl quotactl_fd bpf perf_event_open fanotify_init
      lookup_dcookie syslog lsm_get_self_attr lsm_set_self_attr lsm_list_modules`),
    when: { any: admin },
  },
  {
    purpose: "files by handle",
    why: "a handle reaches any file of the file system, past every directory",
    calls: ["open_by_handle_at"],
    when: { any: ["CAP_DAC_READ_SEARCH"] },
  },
  {
    purpose: "kernel programs",
    why: "bpf loads code into the kernel",
    calls: ["bpf"],
    when: { any: ["CAP_BPF"] },
  },
  {
    purpose: "performance counters",
    why: "they see more than one's own process",
    calls: ["perf_event_open"],
    when: { any: ["CAP_PERFMON"] },
  },
  {
    purpose: "other processes",
    why: "their memory, descriptors and kernel objects",
    calls: words("kcmp pidfd_getfd process_madvise"),
    when: { any: ["CAP_SYS_PTRACE"] },
  },
  { purpose: "rebooting", why: "reboot and kexec flags", calls: ["reboot"], when: { any: ["CAP_SYS_BOOT"] } },
  {
    purpose: "another root",
    why: "chroot, which package managers and mail servers use",
    calls: ["chroot"],
    when: { any: ["CAP_SYS_CHROOT"] },
  },
  {
    purpose: "kernel modules",
    why: "code of the kernel itself",
    calls: words("init_module finit_module delete_module"),
    when: { any: ["CAP_SYS_MODULE"] },
  },
  {
    purpose: "process accounting",
    why: "it writes about every process of the machine",
    calls: ["acct"],
    when: { any: ["CAP_SYS_PACCT"] },
  },
  {
    purpose: "input and output ports",
    why: "direct access to hardware",
    calls: words("iopl ioperm"),
    when: { any: ["CAP_SYS_RAWIO"] },
  },
  {
    purpose: "setting the clock",
    why: "the wall clock belongs to the whole machine",
    calls: words("settimeofday stime clock_settime clock_settime64"),
    when: { any: ["CAP_SYS_TIME"] },
  },
  {
    purpose: "hanging up terminals",
    why: "vhangup takes a terminal from whoever uses it",
    calls: ["vhangup"],
    when: { any: ["CAP_SYS_TTY_CONFIG"] },
  },
  {
    purpose: "memory placement",
    why: "which NUMA nodes serve whom",
    calls: words("get_mempolicy set_mempolicy set_mempolicy_home_node mbind"),
    when: { any: ["CAP_SYS_NICE"] },
  },
  { purpose: "kernel log", why: "what dmesg reads", calls: ["syslog"], when: { any: ["CAP_SYSLOG"] } },
  {
    purpose: "x86",
    why: "thread-local storage and segments, which old C libraries and Wine set up",
    calls: words("arch_prctl modify_ldt"),
    when: { architectures: ["amd64", "386"] },
  },
  {
    purpose: "arm",
    why: "cache, thread pointer and the argument order that 32-bit registers force",
    calls: words("arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls"),
    when: { architectures: ["arm64", "arm"] },
  },
  {
    purpose: "risc-v",
    why: "instruction cache and what the hardware offers",
    calls: words("riscv_flush_icache riscv_hwprobe"),
    when: { architectures: ["riscv64"] },
  },
];
