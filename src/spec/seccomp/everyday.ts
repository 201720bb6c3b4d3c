import { type SyscallGroup, words } from "./group.ts";

/** What any program may call, whatever its capabilities: the kernel's own permission checks are enough here. */
export const everydayCalls: readonly SyscallGroup[] = [
  {
    purpose: "file content",
    why: "reading and writing what has been opened",
    calls: words(`read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 lseek _llseek
      sendfile sendfile64 copy_file_range splice tee vmsplice readahead fadvise64 fadvise64_64 cachestat`),
  },
  {
    purpose: "file names",
    why: "opening, making, linking, renaming and listing files; devices need CAP_MKNOD and a device rule besides",
    calls: words(`open openat openat2 creat close close_range access faccessat faccessat2 mkdir mkdirat mknod
      mknodat link linkat symlink symlinkat readlink readlinkat rename renameat renameat2 unlink unlinkat rmdir
      getdents getdents64 chdir fchdir getcwd name_to_handle_at`),
  },
  {
    purpose: "file attributes",
    why: "owner, mode, times and extended attributes, under the usual permission checks",
    calls: words(`stat stat64 lstat lstat64 fstat fstat64 newfstatat fstatat64 statx chmod fchmod fchmodat
      fchmodat2 chown chown32 lchown lchown32 fchown fchown32 fchownat umask utime utimes futimesat utimensat
      utimensat_time64 getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat listxattr
      llistxattr flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat`),
  },
  {
    purpose: "file space and safety",
    why: "size, allocation, locks and flushing to disk",
    calls: words(`truncate truncate64 ftruncate ftruncate64 fallocate flock sync syncfs fsync fdatasync
      sync_file_range`),
  },
  {
    purpose: "file systems seen",
    why: "asking about mounts without changing any",
    calls: words("statfs statfs64 fstatfs fstatfs64 statmount listmount"),
  },
  {
    purpose: "descriptors",
    why: "copies, pipes, waiting for any of many; what ioctl may do is for the device to decide",
    calls:
      words(`dup dup2 dup3 fcntl fcntl64 ioctl pipe pipe2 poll ppoll ppoll_time64 select _newselect pselect6
      pselect6_time64 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait
      epoll_pwait2 eventfd eventfd2`),
  },
  {
    purpose: "watching files",
    why: "inotify, and marks on an fanotify group that someone else has opened",
    calls: words("inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark"),
  },
  {
    purpose: "asynchronous input and output",
    why: "the old interface only: io_uring has led out of containers too often",
    calls: words("io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents io_pgetevents_time64"),
  },
  {
    purpose: "memory",
    why: "a process's own address space",
    calls: words(`brk mmap mmap2 mremap munmap mprotect madvise mincore msync mlock mlock2 mlockall munlock
      munlockall remap_file_pages memfd_create memfd_secret membarrier mseal map_shadow_stack pkey_alloc pkey_free
      pkey_mprotect process_mrelease`),
  },
  {
    purpose: "processes",
    why: "starting programs, ending, waiting, sessions; clone has terms of its own",
    calls:
      words(`fork vfork execve execveat exit exit_group wait4 waitid waitpid getpid getppid getpgid getpgrp
      setpgid getsid setsid pidfd_open uretprobe restart_syscall`),
  },
  {
    purpose: "identity",
    why: "users, groups and capabilities, downwards only unless CAP_SETUID and the like allow more",
    calls: words(`getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32
      getresgid getresgid32 getgroups getgroups32 setuid setuid32 setgid setgid32 setreuid setreuid32 setregid
      setregid32 setresuid setresuid32 setresgid setresgid32 setfsuid setfsuid32 setfsgid setfsgid32 setgroups
      setgroups32 capget capset prctl`),
  },
  {
    purpose: "threads",
    why: "locks and thread-local state, which the C library needs before main runs",
    calls: words(`gettid set_tid_address set_robust_list get_robust_list set_thread_area get_thread_area futex
      futex_time64 futex_wait futex_waitv futex_wake futex_requeue rseq`),
  },
  {
    purpose: "scheduling and limits",
    why: "priorities and limits of one's own processes; raising them takes a capability",
    calls: words(`sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam
      sched_setparam sched_getscheduler sched_setscheduler sched_get_priority_max sched_get_priority_min
      sched_rr_get_interval sched_rr_get_interval_time64 getpriority setpriority ioprio_get ioprio_set getrlimit
      ugetrlimit setrlimit prlimit64 getrusage getcpu`),
  },
  {
    purpose: "signals",
    why: "within the PID namespace, so that no other process can be reached",
    calls: words(`kill tkill tgkill pidfd_send_signal pause sigaltstack sigprocmask sigreturn rt_sigaction
      rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
      rt_sigtimedwait_time64 rt_tgsigqueueinfo signalfd signalfd4`),
  },
  {
    purpose: "time",
    why: "reading clocks, sleeping and timers; adjtimex without CAP_SYS_TIME only reads",
    calls: words(`time times gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64
      clock_nanosleep clock_nanosleep_time64 nanosleep adjtimex clock_adjtime clock_adjtime64 alarm getitimer
      setitimer timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime
      timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64`),
  },
  {
    purpose: "network",
    why: "sockets, in the container's own network namespace; which families may be opened is said elsewhere",
    calls: words(`socketpair socketcall bind listen accept accept4 connect shutdown getsockname getpeername
      getsockopt setsockopt send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64`),
  },
  {
    purpose: "interprocess communication",
    why: "System V and POSIX queues, semaphores and shared memory, in the container's own IPC namespace",
    calls:
      words(`ipc msgget msgsnd msgrcv msgctl semget semop semtimedop semtimedop_time64 semctl shmget shmat
      shmdt shmctl mq_open mq_unlink mq_notify mq_getsetattr mq_timedreceive mq_timedreceive_time64 mq_timedsend
      mq_timedsend_time64`),
  },
  {
    purpose: "the system",
    why: "name, load and randomness",
    calls: words("uname sysinfo getrandom"),
  },
  {
    purpose: "restraining oneself",
    why: "a program may give up more rights, never regain any",
    calls: words("seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self"),
  },
  {
    purpose: "debugging one's own processes",
    why: "safe since Linux 4.8, where a tracer can no longer slip past the tracee's filter",
    calls: words("ptrace process_vm_readv process_vm_writev"),
  },
];
