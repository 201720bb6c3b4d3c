import type { Explanations } from "./table.ts";

const ns = "config-linux.md#namespaces";
const maps = "config-linux.md#user-namespace-mappings";
const time = "config-linux.md#offset-for-time-namespace";
const devices = "config-linux.md#devices";
const seccomp = "config-linux.md#seccomp";
const rdt = "config-linux.md#intelrdt";
const policy = "config-linux.md#memory-policy";

/** The linux part but for its resources. */
export const linuxExplanations: Explanations = {
  "/linux": [
    "config.md#platform-specific-configuration",
    "Holds what only Linux has: namespaces, cgroups, seccomp and the rest that makes a process a container.",
  ],
  "/linux/namespaces": [
    ns,
    "Says of which kernel tables the container has its own; what is not listed it shares with the runtime. /proc/PID/ns shows them.",
  ],
  "/linux/namespaces/*": [ns, "Gives the container one namespace."],
  "/linux/namespaces/*/type": [ns, "Says which: pid, network, mount, ipc, uts, user, cgroup or time."],
  "/linux/namespaces/*/path": [
    ns,
    "Joins a namespace that exists instead of making one; /proc/PID/ns/NAME refers to that of a process.",
  ],
  "/linux/uidMappings": [
    maps,
    "Translates user ids between the container and the host, so that root inside is nobody special outside: /proc/PID/uid_map.",
  ],
  "/linux/gidMappings": [maps, "Translates group ids between the container and the host: /proc/PID/gid_map."],
  "/linux/uidMappings/*": [maps, "Maps one range of user ids: one line of /proc/PID/uid_map."],
  "/linux/gidMappings/*": [maps, "Maps one range of group ids: one line of /proc/PID/gid_map."],
  "/linux/uidMappings/*/containerID": [maps, "Is the first user id of the range inside."],
  "/linux/uidMappings/*/hostID": [maps, "Is the user id outside that it stands for."],
  "/linux/uidMappings/*/size": [maps, "Counts the user ids of the range; an id in no range shows as 65534."],
  "/linux/gidMappings/*/containerID": [maps, "Is the first group id of the range inside."],
  "/linux/gidMappings/*/hostID": [maps, "Is the group id outside that it stands for."],
  "/linux/gidMappings/*/size": [maps, "Counts the group ids of the range; an id in no range shows as 65534."],
  "/linux/timeOffsets": [
    time,
    "Moves clocks of the time namespace against the host's: /proc/PID/timens_offsets. The wall clock cannot be moved.",
  ],
  "/linux/timeOffsets/monotonic": [time, "Moves the clock that programs measure durations with."],
  "/linux/timeOffsets/boottime": [
    time,
    "Moves the clock that counts since boot, and with it what `uptime` says.",
  ],
  "/linux/timeOffsets/*/secs": [time, "Is by how many seconds, negative for back."],
  "/linux/timeOffsets/*/nanosecs": [time, "Adds nanoseconds to that."],
  "/linux/devices": [
    devices,
    "Makes device nodes besides the default ones (null, zero, full, random, urandom, tty); to open one takes a device rule too.",
  ],
  "/linux/devices/*": [devices, "Makes one device node, as mknod(1) does."],
  "/linux/devices/*/type": [devices, "Says which kind: c or u character, b block, p FIFO."],
  "/linux/devices/*/path": [devices, "Is where it appears inside."],
  "/linux/devices/*/major": [devices, "Says which driver answers, as in /proc/devices."],
  "/linux/devices/*/minor": [devices, "Says which device of that driver."],
  "/linux/devices/*/fileMode": [devices, "Is its permissions, in decimal: 438 is 0666."],
  "/linux/devices/*/uid": [devices, "Is its owner, by the ids inside."],
  "/linux/devices/*/gid": [devices, "Is its group, by the ids inside."],
  "/linux/netDevices": [
    "config-linux.md#network-devices",
    "Moves network interfaces of the host into the container; the host no longer sees them.",
  ],
  "/linux/netDevices/*": ["config-linux.md#network-devices", "Moves the interface of this name."],
  "/linux/netDevices/*/name": ["config-linux.md#network-devices", "Is what it is called inside."],
  "/linux/cgroupsPath": [
    "config-linux.md#cgroups-path",
    "Says where in the cgroup tree the container is, as /proc/PID/cgroup shows; left out, the runtime chooses by the id.",
  ],
  "/linux/rootfsPropagation": [
    "config-linux.md#rootfs-mount-propagation",
    "Says whether mounts that are made later travel between host and container: not at all (private), inwards (slave) or both ways (shared).",
  ],
  "/linux/seccomp": [
    seccomp,
    "Filters system calls by number and arguments before the kernel runs them: Seccomp: 2 in /proc/PID/status. A filter cannot be taken off again.",
  ],
  "/linux/seccomp/defaultAction": [seccomp, "Is what becomes of a call that no rule names."],
  "/linux/seccomp/defaultErrnoRet": [
    seccomp,
    "Is the error number that such a call returns; EPERM (1) when left out.",
  ],
  "/linux/seccomp/architectures": [
    seccomp,
    "Lists the instruction sets whose calls are filtered, since a 64-bit kernel takes 32-bit calls as well; others kill the process.",
  ],
  "/linux/seccomp/flags": [
    seccomp,
    "Tunes how the filter is loaded, as seccomp(2) describes: logging, all threads at once, side channels.",
  ],
  "/linux/seccomp/listenerPath": [
    seccomp,
    "Is the socket of a program that decides about calls with SCMP_ACT_NOTIFY; the runtime sends it the filter's descriptor.",
  ],
  "/linux/seccomp/listenerMetadata": [
    seccomp,
    "Is a text of one's own that goes to that program along with the container's state.",
  ],
  "/linux/seccomp/syscalls": [seccomp, "Is the list of exceptions to the default."],
  "/linux/seccomp/syscalls/*": [seccomp, "Is one rule for some calls."],
  "/linux/seccomp/syscalls/*/names": [
    seccomp,
    "Names the calls; names that the machine does not have are passed over.",
  ],
  "/linux/seccomp/syscalls/*/action": [
    seccomp,
    "Is what becomes of them: allowed, failed with an errno, logged, traced, decided elsewhere, or the end of the process.",
  ],
  "/linux/seccomp/syscalls/*/errnoRet": [
    seccomp,
    "Is the error number that they return; ENOSYS (38) lets programs fall back to an older call.",
  ],
  "/linux/seccomp/syscalls/*/args": [
    seccomp,
    "Limits the rule to calls whose arguments pass all these tests; pointers cannot be followed.",
  ],
  "/linux/seccomp/syscalls/*/args/*": [seccomp, "Is one test of an argument."],
  "/linux/seccomp/syscalls/*/args/*/index": [seccomp, "Says which argument, counted from 0."],
  "/linux/seccomp/syscalls/*/args/*/value": [
    seccomp,
    "Is what it is compared with, or the mask of SCMP_CMP_MASKED_EQ.",
  ],
  "/linux/seccomp/syscalls/*/args/*/valueTwo": [seccomp, "Is what must remain after the mask."],
  "/linux/seccomp/syscalls/*/args/*/op": [seccomp, "Is how they are compared."],
  "/linux/sysctl": [
    "config-linux.md#sysctl",
    "Sets kernel parameters of the container's own namespaces, as /proc/sys shows them inside.",
  ],
  "/linux/sysctl/*": ["config-linux.md#sysctl", "Writes one file below /proc/sys."],
  "/linux/maskedPaths": [
    "config-linux.md#masked-paths",
    "Covers these paths with nothing, so that what the kernel tells there about the whole machine cannot be read.",
  ],
  "/linux/readonlyPaths": [
    "config-linux.md#readonly-paths",
    "Mounts these paths over themselves read-only, so that kernel settings can be seen and not changed.",
  ],
  "/linux/mountLabel": [
    "config-linux.md#mount-label",
    "Is the SELinux context of the files on the container's mounts, which `ls -Z` shows.",
  ],
  "/linux/intelRdt": [
    rdt,
    "Gives the container a share of the processor's cache and memory bandwidth through /sys/fs/resctrl.",
  ],
  "/linux/intelRdt/closID": [
    rdt,
    "Names the group below /sys/fs/resctrl that the container joins; the container's id when left out.",
  ],
  "/linux/intelRdt/schemata": [
    rdt,
    "Is written line by line to the group's schemata file, after the other two.",
  ],
  "/linux/intelRdt/l3CacheSchema": [
    rdt,
    "Says which parts of the third-level cache may be used, one bit mask for each cache.",
  ],
  "/linux/intelRdt/memBwSchema": [rdt, "Says how much of the memory bandwidth may be used, for each cache."],
  "/linux/intelRdt/enableMonitoring": [
    rdt,
    "Makes a monitoring group, so that the container's use of cache and bandwidth can be read.",
  ],
  "/linux/memoryPolicy": [
    policy,
    "Says from which memory nodes the process gets its pages, with set_mempolicy(2): /proc/PID/numa_maps.",
  ],
  "/linux/memoryPolicy/mode": [
    policy,
    "Is the rule: only these nodes, in turn, by preference, or the nearest one.",
  ],
  "/linux/memoryPolicy/nodes": [policy, "Are the nodes, as 0-1."],
  "/linux/memoryPolicy/flags": [policy, "Says how the nodes are to be read when the allowed ones change."],
  "/linux/personality": [
    "config-linux.md#personality",
    "Makes the kernel behave like another one to the process: /proc/PID/personality.",
  ],
  "/linux/personality/domain": [
    "config-linux.md#personality",
    "Is LINUX or LINUX32; with the latter `uname -m` names a 32-bit machine.",
  ],
  "/linux/personality/flags": [
    "config-linux.md#personality",
    "Is there for flags that the specification has yet to define.",
  ],
};
