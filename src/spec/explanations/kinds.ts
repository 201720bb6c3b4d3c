/** What a namespace of each type keeps apart (namespaces(7)). */
export const namespaceKinds: Readonly<Record<string, string>> = {
  pid: "gives processes numbers of their own: the program is pid 1, and no process outside can be seen or signalled",
  network:
    "gives interfaces, addresses, routes, ports and firewall rules of its own; at first there is only a loopback that is down",
  mount:
    "gives a mount table of its own, so that the root filesystem and all mounts are the container's alone",
  ipc: "gives System V and POSIX message queues, semaphores and shared memory of its own",
  uts: "gives a host name and a domain name of its own",
  user: "gives user and group ids and capabilities of its own: root inside has its power only over what belongs to this namespace",
  cgroup: "shows the container's own cgroup as /, and hides where it is on the host",
  time: "gives monotonic and boot clocks of its own",
};

/** What a mount of each filesystem is for; bind stands for every bind mount. */
export const mountKinds: Readonly<Record<string, string>> = {
  proc: "shows the processes of the container's PID namespace and the kernel's settings; ps and many libraries need it",
  sysfs: "shows the kernel's devices and, of interfaces, those of the container's network namespace",
  tmpfs: "is a filesystem in memory, empty at first and gone at the end",
  devpts: "holds the container's own pseudoterminals, apart from the host's",
  mqueue: "shows the POSIX message queues of the container's IPC namespace",
  cgroup: "shows the container its cgroup, with its limits and use",
  cgroup2: "shows the container its cgroup, with its limits and use",
  overlay: "lays a writable directory over read-only ones",
  bind: "shows a file or directory of the host at another place; both are the same file",
};

/** What each limit of getrlimit(2) limits. */
export const rlimitKinds: Readonly<Record<string, string>> = {
  RLIMIT_AS: "address space, in bytes",
  RLIMIT_CORE: "size of a core dump, in bytes; 0 makes none",
  RLIMIT_CPU: "CPU time, in seconds; then SIGXCPU",
  RLIMIT_DATA: "data and heap, in bytes",
  RLIMIT_FSIZE: "size of a file that is written, in bytes; then SIGXFSZ",
  RLIMIT_LOCKS: "file locks, which Linux no longer counts",
  RLIMIT_MEMLOCK: "memory that may be locked against swapping, in bytes",
  RLIMIT_MSGQUEUE: "bytes in POSIX message queues",
  RLIMIT_NICE: "how far the nice value may be lowered, as 20 minus the value",
  RLIMIT_NOFILE: "open files: one more than the highest descriptor",
  RLIMIT_NPROC: "processes of the same user, over all containers in which the user has the same id outside",
  RLIMIT_RSS: "resident memory, which Linux does not enforce",
  RLIMIT_RTPRIO: "real-time priority",
  RLIMIT_RTTIME: "CPU time of a real-time process without a blocking call, in microseconds",
  RLIMIT_SIGPENDING: "signals waiting for the same user",
  RLIMIT_STACK: "size of the stack, in bytes",
};
