/** How a call is made so that it does no harm whatever rights the caller has. */
export type HarmlessCall = {
  /** Six; those that matter to nobody are -1: no descriptor, no address, no flag, no id. */
  readonly args: readonly bigint[];
  /**
   * Arguments each of which alone makes the kernel turn the call down, by its value in `args`. As long as one of them stays, the others may
   * be anything. Undefined: whatever its arguments are, it touches nothing but the process that makes it.
   */
  readonly guards: readonly number[] | undefined;
  /** It makes a further process. */
  readonly forks: boolean;
  /** It ends the thread that makes it. */
  readonly ends: boolean;
};

/** Calls by their guards: "0 1" are two arguments. An address of -1 is nobody's (EFAULT), a descriptor of -1 is never open (EBADF). */
const guarded: Readonly<Record<string, string>> = {
  // A descriptor comes first.
  "0":
    "fstat lseek close_range ioctl readahead fsync fdatasync ftruncate fchdir fchmod fchown fstatfs flock fcntl getdents getdents64 " +
    "connect accept accept4 sendto recvfrom sendmsg recvmsg shutdown bind listen getsockname getpeername setsockopt getsockopt " +
    "sendmmsg recvmmsg fsetxattr fgetxattr flistxattr fremovexattr fadvise64 epoll_wait epoll_pwait epoll_pwait2 fallocate " +
    "timerfd_settime timerfd_gettime sync_file_range vmsplice inotify_rm_watch syncfs pidfd_send_signal pidfd_getfd " +
    "io_uring_enter io_uring_register fsconfig fsmount process_madvise process_mrelease quotactl_fd cachestat fanotify_mark " +
    "mq_timedsend mq_timedreceive mq_notify mq_getsetattr finit_module " +
    // A path, or what else is at an address, comes first.
    "open stat lstat access creat unlink rmdir mkdir chdir chmod chown lchown rename link symlink readlink truncate mknod utime utimes " +
    "statfs execve uselib chroot acct swapoff getcwd setxattr lsetxattr getxattr lgetxattr listxattr llistxattr removexattr " +
    "lremovexattr mq_open mq_unlink add_key request_key settimeofday adjtimex delete_module perf_event_open fsopen " +
    "memfd_create nanosleep futex futex_waitv futex_wake futex_wait futex_requeue clone3 sysinfo uname statmount listmount " +
    // An id, a type or a command that there is not.
    "shmat shmctl semop semctl semtimedop msgsnd msgrcv msgctl keyctl migrate_pages move_pages sched_setparam sched_setscheduler " +
    "sched_setaffinity sched_setattr prlimit64 setpriority ioprio_set process_vm_readv process_vm_writev syslog sysfs select pselect6 " +
    "clock_adjtime io_destroy io_getevents io_submit io_cancel io_pgetevents lookup_dcookie ustat",
  "0 1":
    "read write pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 epoll_ctl tee kcmp reboot swapon " +
    "sethostname setdomainname pivot_root clock_settime tkill socket socketpair open_by_handle_at umount2 quotactl timer_create poll ppoll",
  "1":
    "openat openat2 mkdirat mknodat fchownat futimesat newfstatat unlinkat readlinkat fchmodat fchmodat2 faccessat faccessat2 statx " +
    "utimensat name_to_handle_at mount_setattr open_tree open_tree_attr fspick inotify_add_watch mount ptrace io_setup io_uring_setup " +
    "setxattrat getxattrat listxattrat removexattrat file_getattr file_setattr execveat shmget",
  "0 2": "clock_nanosleep symlinkat splice copy_file_range sendfile",
  "2": "bpf rt_sigqueueinfo",
  "1 3": "renameat renameat2 linkat move_mount kexec_load",
  "0 1 2": "tgkill",
  "3": "rt_tgsigqueueinfo rt_sigtimedwait",
  "4": "kexec_file_load",
};

/** What needs other values than -1 to be turned down, with the arguments that see to it. */
const special: Readonly<Record<string, readonly [args: Readonly<Record<number, bigint>>, guards: string]>> = {
  // No process has this number (PID_MAX_LIMIT is 2^22), and there is no signal -1.
  kill: [{ 0: 0x7fff_ffffn }, "0 1"],
  // The name of a queue that nobody makes, and none made: flags 0.
  msgget: [{ 0: 0x6f63_696cn, 1: 0n }, "1"],
  semget: [{ 0: 0x6f63_696cn, 1: 0x7fff_ffffn, 2: 0n }, "1 2"],
  // Shorter than any module: with another length the kernel would look for room first.
  init_module: [{ 1: 0n }, "1"],
  rt_sigsuspend: [{}, "1"],
};

/** Calls that ask something or change nothing but their own process, which ends with the trial. */
const own =
  "close mmap mprotect munmap brk rt_sigaction rt_sigprocmask pipe pipe2 sched_yield mremap msync mincore madvise dup dup2 dup3 " +
  "getitimer setitimer getpid wait4 waitid umask gettimeofday getrlimit getrusage times getuid getgid setuid setgid " +
  "geteuid getegid setpgid getppid getpgrp setsid setreuid setregid getgroups setgroups setresuid getresuid setresgid getresgid getpgid " +
  "setfsuid setfsgid getsid capget capset rt_sigpending sigaltstack personality getpriority sched_getparam sched_getscheduler " +
  "sched_get_priority_max sched_get_priority_min sched_rr_get_interval mlock mlock2 munlock munlockall modify_ldt prctl arch_prctl " +
  "setrlimit iopl ioperm gettid time sched_getaffinity set_thread_area get_thread_area epoll_create epoll_create1 remap_file_pages " +
  "set_tid_address restart_syscall timer_settime timer_gettime timer_getoverrun timer_delete clock_gettime clock_getres mbind " +
  "set_mempolicy get_mempolicy ioprio_get inotify_init inotify_init1 unshare set_robust_list get_robust_list signalfd signalfd4 " +
  "timerfd_create eventfd eventfd2 fanotify_init setns getcpu sched_getattr seccomp getrandom userfaultfd membarrier pkey_mprotect " +
  "pkey_alloc pkey_free rseq pidfd_open landlock_create_ruleset landlock_add_rule landlock_restrict_self memfd_secret " +
  "set_mempolicy_home_node map_shadow_stack lsm_get_self_attr lsm_set_self_attr lsm_list_modules mseal shmdt mlockall alarm " +
  // Numbers that Linux keeps and does nothing for.
  "create_module get_kernel_syms query_module nfsservctl getpmsg putpmsg afs_syscall tuxcall security vserver epoll_ctl_old " +
  "epoll_wait_old _sysctl";

const forking = new Set(["fork", "vfork", "clone"]);
const ending = new Set(["exit", "exit_group"]);

/** Why a call is never tried. */
export const untriedCalls: Readonly<Record<string, string>> = {
  pause: "it never comes back",
  rt_sigreturn: "it goes on at an address that it takes from the stack",
  vhangup: "it takes no argument that would keep it from hanging up a terminal",
  sync: "it takes no argument that would keep it from writing all disks",
  uretprobe: "it ends every program that the kernel has not sent there",
  uprobe: "it ends every program that the kernel has not sent there",
};

const everyMinusOne = [0, 1, 2, 3, 4, 5].map(() => -1n);

/** By name; calls of the same name are the same on every architecture of 64 bits. */
export const harmlessCalls: ReadonlyMap<string, HarmlessCall> = new Map([
  ...Object.entries(guarded).flatMap(([guards, names]) =>
    names.split(" ").map((name) => [name, harmless(guards)] as const),
  ),
  ...Object.entries(special).map(([name, [args, guards]]) => [name, harmless(guards, args)] as const),
  ...[...own.split(" "), ...forking, ...ending].map(
    (name) =>
      [
        name,
        {
          ...{ args: everyMinusOne, guards: undefined },
          ...{ forks: forking.has(name), ends: ending.has(name) },
        },
      ] as const,
  ),
]);

function harmless(guards: string, args: Readonly<Record<number, bigint>> = {}): HarmlessCall {
  return {
    args: everyMinusOne.map((value, index) => args[index] ?? value),
    guards: guards.split(" ").map(Number),
    ...{ forks: false, ends: false },
  };
}

/**
 * The arguments of a harmless call with some of them replaced. Undefined where that could do harm: nothing is left that turns it down.
 */
export function withArguments(
  { args, guards }: HarmlessCall,
  given: Readonly<Record<number, bigint>>,
): readonly bigint[] | undefined {
  const changed = args.map((value, index) => given[index] ?? value);
  if (guards === undefined) return changed;
  return guards.some((index) => changed[index] === args[index]) ? changed : undefined;
}

/**
 * Calls that mean the same, and are turned down by the same arguments, on 32-bit x86: enough to see whether rules are for it.
 */
export const commonCalls: readonly string[] =
  "read write open close access getpid dup getppid umask unlink chdir chmod link rename mkdir rmdir symlink readlink fsync ftruncate sched_yield fchdir gettid openat mkdirat unlinkat".split(
    " ",
  );
