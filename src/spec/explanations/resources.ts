import type { Explanations } from "./table.ts";

const memory = "config-linux.md#memory";
const cpu = "config-linux.md#cpu";
const block = "config-linux.md#block-io";
const rules = "config-linux.md#allowed-device-list";
const net = "config-linux.md#network";

/** linux.resources: what is written to the container's cgroup. */
export const resourceExplanations: Explanations = {
  "/linux/resources": [
    "config-linux.md#control-groups",
    "Limits what all processes of the container may use together; the runtime writes it to the files of its cgroup.",
  ],
  "/linux/resources/unified": [
    "config-linux.md#unified",
    "Writes files of the cgroup v2 directory as they stand, for what has no field of its own, as memory.high.",
  ],
  "/linux/resources/unified/*": ["config-linux.md#unified", "Is the text for one file of the cgroup."],
  "/linux/resources/devices": [
    rules,
    "Says which devices may be opened or made; the last rule that fits holds. On cgroup v2 it becomes an eBPF program, which no file shows.",
  ],
  "/linux/resources/devices/*": [rules, "Is one such rule."],
  "/linux/resources/devices/*/allow": [rules, "Says whether the rule opens or closes."],
  "/linux/resources/devices/*/type": [
    rules,
    "Says which kind it is for: a all, c character, b block devices; all when left out.",
  ],
  "/linux/resources/devices/*/major": [rules, "Says for which driver; any when left out."],
  "/linux/resources/devices/*/minor": [rules, "Says for which device of the driver; any when left out."],
  "/linux/resources/devices/*/access": [rules, "Says for what: r reading, w writing, m making the node."],
  "/linux/resources/pids": ["config-linux.md#pids", "Limits the number of processes and threads."],
  "/linux/resources/pids/limit": [
    "config-linux.md#pids",
    "Makes fork and clone fail with EAGAIN beyond so many: pids.max. -1 is no limit.",
  ],
  "/linux/resources/blockIO": [block, "Shares out and limits reading and writing of disks."],
  "/linux/resources/blockIO/weight": [
    block,
    "Weighs the container against others at the same disk, from 10 to 1000: io.bfq.weight or io.weight, blkio.weight in v1.",
  ],
  "/linux/resources/blockIO/leafWeight": [
    block,
    "Weighs the container's own processes against cgroups below it; Linux 5.0 dropped it.",
  ],
  "/linux/resources/blockIO/weightDevice": [block, "Gives single disks other weights."],
  "/linux/resources/blockIO/throttleReadBpsDevice": [
    block,
    "Limits bytes read in a second from single disks: rbps in io.max.",
  ],
  "/linux/resources/blockIO/throttleWriteBpsDevice": [
    block,
    "Limits bytes written in a second to single disks: wbps in io.max.",
  ],
  "/linux/resources/blockIO/throttleReadIOPSDevice": [
    block,
    "Limits reads in a second from single disks: riops in io.max.",
  ],
  "/linux/resources/blockIO/throttleWriteIOPSDevice": [
    block,
    "Limits writes in a second to single disks: wiops in io.max.",
  ],
  "/linux/resources/blockIO/*/*": [block, "Is for one disk."],
  "/linux/resources/blockIO/*/*/major": [block, "Is the disk's major number, as `lsblk` shows."],
  "/linux/resources/blockIO/*/*/minor": [block, "Is the disk's minor number, as `lsblk` shows."],
  "/linux/resources/blockIO/*/*/rate": [block, "Is how much in a second."],
  "/linux/resources/blockIO/*/*/weight": [block, "Is the container's weight at this disk."],
  "/linux/resources/blockIO/*/*/leafWeight": [
    block,
    "Is the weight of its own processes at this disk; Linux 5.0 dropped it.",
  ],
  "/linux/resources/cpu": [cpu, "Shares out and limits CPU time, and chooses the CPUs."],
  "/linux/resources/cpu/shares": [
    cpu,
    "Weighs the container against others when the CPUs are busy, 1024 being usual: cpu.shares in v1, turned into cpu.weight in v2.",
  ],
  "/linux/resources/cpu/quota": [
    cpu,
    "Lets all processes together run so many microseconds in each period, then makes them wait: the first number of cpu.max.",
  ],
  "/linux/resources/cpu/burst": [
    cpu,
    "Lets unused time be saved up and spent later, so many microseconds: cpu.max.burst.",
  ],
  "/linux/resources/cpu/period": [
    cpu,
    "Is the length of that period in microseconds, 100000 being usual: the second number of cpu.max.",
  ],
  "/linux/resources/cpu/realtimeRuntime": [
    cpu,
    "Lets real-time processes run so many microseconds in each of their periods; cgroup v1 only.",
  ],
  "/linux/resources/cpu/realtimePeriod": [
    cpu,
    "Is the length of their period in microseconds; cgroup v1 only.",
  ],
  "/linux/resources/cpu/cpus": [cpu, "Ties the container to these CPUs: cpuset.cpus."],
  "/linux/resources/cpu/mems": [cpu, "Ties its memory to these NUMA nodes: cpuset.mems."],
  "/linux/resources/cpu/idle": [
    cpu,
    "With 1 lets the container run only when nobody else wants to: cpu.idle.",
  ],
  "/linux/resources/hugepageLimits": ["config-linux.md#huge-page-limits", "Limits huge pages, size by size."],
  "/linux/resources/hugepageLimits/*": ["config-linux.md#huge-page-limits", "Limits huge pages of one size."],
  "/linux/resources/hugepageLimits/*/pageSize": [
    "config-linux.md#huge-page-limits",
    "Says which size, as 2MB.",
  ],
  "/linux/resources/hugepageLimits/*/limit": [
    "config-linux.md#huge-page-limits",
    "Is how many bytes of them: hugetlb.2MB.max and its like.",
  ],
  "/linux/resources/memory": [memory, "Limits memory, in bytes; -1 is no limit."],
  "/linux/resources/memory/limit": [
    memory,
    "Is the most memory, page cache included; who goes beyond and can free nothing is killed: memory.max, memory.limit_in_bytes in v1.",
  ],
  "/linux/resources/memory/reservation": [
    memory,
    "Is what the kernel tries to leave the container when memory gets short: memory.low, memory.soft_limit_in_bytes in v1.",
  ],
  "/linux/resources/memory/swap": [
    memory,
    "Is the most memory and swap together, so that equal to the limit means no swap; v2 writes the difference to memory.swap.max.",
  ],
  "/linux/resources/memory/kernel": [
    memory,
    "Limited the kernel's own memory for the container; current kernels no longer do.",
  ],
  "/linux/resources/memory/kernelTCP": [memory, "Limits memory for TCP buffers; cgroup v1 only."],
  "/linux/resources/memory/swappiness": [
    memory,
    "Says how readily memory is swapped out, from 0 to 100; cgroup v1 only.",
  ],
  "/linux/resources/memory/disableOOMKiller": [
    memory,
    "Makes processes wait at the limit instead of being killed; cgroup v1 only.",
  ],
  "/linux/resources/memory/useHierarchy": [
    memory,
    "Counts the memory of cgroups below as well; cgroup v1 only, v2 always does.",
  ],
  "/linux/resources/memory/checkBeforeUpdate": [
    memory,
    "Makes an update fail that would put the limit below what is in use, where the kernel would kill.",
  ],
  "/linux/resources/network": [
    net,
    "Marks the container's packets for the host's traffic rules; cgroup v1 only.",
  ],
  "/linux/resources/network/classID": [net, "Is the mark that tc and iptables see: net_cls.classid."],
  "/linux/resources/network/priorities": [net, "Ranks its packets at single interfaces: net_prio.ifpriomap."],
  "/linux/resources/network/priorities/*": [net, "Ranks them at one interface."],
  "/linux/resources/network/priorities/*/name": [net, "Is the interface."],
  "/linux/resources/network/priorities/*/priority": [net, "Is the rank."],
  "/linux/resources/rdma": [
    "config-linux.md#rdma",
    "Limits what is taken from RDMA network adapters: rdma.max.",
  ],
  "/linux/resources/rdma/*": ["config-linux.md#rdma", "Limits what is taken from one adapter."],
  "/linux/resources/rdma/*/hcaHandles": ["config-linux.md#rdma", "Is the most handles to be open."],
  "/linux/resources/rdma/*/hcaObjects": ["config-linux.md#rdma", "Is the most objects to be made."],
};
