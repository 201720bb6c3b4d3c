/** What each choice of a field with a fixed list means, by the field's pattern. */
export const choiceKinds: Readonly<Record<`/${string}`, Readonly<Record<string, string>>>> = {
  "/process/scheduler/policy": {
    SCHED_OTHER: "is the everyday policy: time by nice values",
    SCHED_FIFO: "is a real-time policy: it runs until it waits or a higher priority comes",
    SCHED_RR: "is a real-time policy with turns among equals",
    SCHED_BATCH: "is for work that computes long and need not answer quickly",
    SCHED_ISO: "is a policy that Linux has set aside and never had",
    SCHED_IDLE: "runs when nearly nobody else wants the CPU",
    SCHED_DEADLINE: "is a real-time policy: so much time by a deadline in each period",
  },
  "/process/scheduler/flags/*": {
    SCHED_FLAG_RESET_ON_FORK: "gives children the everyday policy again",
    SCHED_FLAG_RECLAIM: "lets a deadline process use time that others leave",
    SCHED_FLAG_DL_OVERRUN: "sends SIGXCPU when a deadline process takes too long",
    SCHED_FLAG_KEEP_POLICY: "leaves the policy as it is",
    SCHED_FLAG_KEEP_PARAMS: "leaves priority and times as they are",
    SCHED_FLAG_UTIL_CLAMP_MIN: "asks for at least so much of a CPU's speed",
    SCHED_FLAG_UTIL_CLAMP_MAX: "asks for at most so much of a CPU's speed",
  },
  "/process/ioPriority/class": {
    IOPRIO_CLASS_RT: "is served before all others",
    IOPRIO_CLASS_BE: "is served in turn, by priority",
    IOPRIO_CLASS_IDLE: "is served when nobody else wants the disk",
  },
  "/linux/rootfsPropagation": {
    private: "lets mounts travel neither in nor out",
    shared: "lets mounts travel both ways",
    slave: "lets mounts of the host appear inside, and not the other way round",
    unbindable: "lets mounts travel neither way, and lets nobody bind them elsewhere",
  },
  "/linux/devices/*/type": {
    c: "is a character device, read byte by byte",
    u: "is a character device, read byte by byte",
    b: "is a block device, a disk",
    p: "is a FIFO, a named pipe",
  },
  "/linux/resources/devices/*/type": {
    a: "is every kind of device",
    c: "is character devices",
    b: "is block devices",
  },
  "/linux/memoryPolicy/mode": {
    MPOL_DEFAULT: "takes pages near the CPU that runs",
    MPOL_BIND: "takes pages from these nodes alone",
    MPOL_INTERLEAVE: "takes pages from these nodes in turn",
    MPOL_WEIGHTED_INTERLEAVE: "takes pages from these nodes in turn, more from those with more weight",
    MPOL_PREFERRED: "takes pages from this node while it has some",
    MPOL_PREFERRED_MANY: "takes pages from these nodes while they have some",
    MPOL_LOCAL: "takes pages from the node of the CPU that runs",
  },
  "/linux/memoryPolicy/flags/*": {
    MPOL_F_NUMA_BALANCING: "lets the kernel move pages nearer to the CPU",
    MPOL_F_RELATIVE_NODES: "counts nodes among those that the cpuset allows",
    MPOL_F_STATIC_NODES: "keeps the nodes' numbers whatever the cpuset allows",
  },
  "/vm/image/format": {
    raw: "is the disk byte for byte",
    qcow2: "is QEMU's format, which grows with use",
    vdi: "is VirtualBox's format",
    vmdk: "is VMware's format",
    vhd: "is Hyper-V's format",
  },
  "/linux/personality/domain": {
    LINUX: "is the machine as it is",
    LINUX32: "makes uname name the 32-bit machine",
  },
};
