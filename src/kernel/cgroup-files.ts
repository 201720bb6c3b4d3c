import type { CgroupFormat } from "./parse/cgroup.ts";

/** The files of a cgroup that a view holds, with their formats. Files that are not there are left out of the view. */
const formats: Readonly<Record<CgroupFormat, readonly string[]>> = {
  limit: [
    // v2 (Documentation/admin-guide/cgroup-v2.rst)
    "memory.max",
    "memory.high",
    "memory.low",
    "memory.min",
    "memory.current",
    "memory.peak",
    "memory.swap.max",
    "memory.swap.high",
    "memory.swap.current",
    "memory.zswap.max",
    "pids.max",
    "pids.current",
    "pids.peak",
    "cpu.weight",
    "cpu.weight.nice",
    "cpu.max.burst",
    "cpu.uclamp.min",
    "cpu.uclamp.max",
    "memory.zswap.current",
    "memory.zswap.writeback",
    "memory.swap.peak",
    "cgroup.max.depth",
    "cgroup.max.descendants",
    // v1 (Documentation/admin-guide/cgroup-v1)
    "memory.limit_in_bytes",
    "memory.soft_limit_in_bytes",
    "memory.memsw.limit_in_bytes",
    "memory.usage_in_bytes",
    "memory.max_usage_in_bytes",
    "memory.memsw.usage_in_bytes",
    "memory.failcnt",
    "memory.swappiness",
    "memory.kmem.limit_in_bytes",
    "memory.kmem.tcp.limit_in_bytes",
    "cpu.shares",
    "cpu.cfs_quota_us",
    "cpu.cfs_period_us",
    "cpu.cfs_burst_us",
    "cpu.rt_runtime_us",
    "cpu.rt_period_us",
    "cpuacct.usage",
    "net_cls.classid",
    "blkio.weight",
    "blkio.leaf_weight",
    "blkio.bfq.weight",
  ],
  flag: ["cpu.idle", "memory.oom.group", "cgroup.freeze", "memory.use_hierarchy"],
  flat: [
    "memory.events",
    "memory.swap.events",
    "memory.stat",
    "pids.events",
    "pids.events.local",
    "memory.events.local",
    "cgroup.stat",
    "cpu.stat.local",
    "misc.max",
    "misc.current",
    "misc.peak",
    "misc.events",
    "cpu.stat",
    "cgroup.events",
    "memory.oom_control",
  ],
  nested: ["io.max", "io.stat", "io.latency", "rdma.max", "rdma.current", "memory.numa_stat"],
  "cpu.max": ["cpu.max"],
  pressure: ["memory.pressure", "cpu.pressure", "io.pressure", "irq.pressure"],
  ranges: [
    "cpuset.cpus",
    "cpuset.cpus.effective",
    "cpuset.mems",
    "cpuset.mems.effective",
    "cpuset.cpus.exclusive",
    "cpuset.cpus.exclusive.effective",
    "cpuset.effective_cpus",
    "cpuset.effective_mems",
  ],
  words: ["cgroup.controllers", "cgroup.subtree_control"],
  lines: [
    "io.weight",
    "io.bfq.weight",
    "io.prio.class",
    "io.cost.qos",
    "io.cost.model",
    "blkio.throttle.io_service_bytes",
    "blkio.throttle.io_serviced",
    "devices.list",
    "net_prio.ifpriomap",
    "blkio.weight_device",
    "blkio.leaf_weight_device",
    "blkio.bfq.weight_device",
    "blkio.throttle.read_bps_device",
    "blkio.throttle.write_bps_device",
    "blkio.throttle.read_iops_device",
    "blkio.throttle.write_iops_device",
  ],
  text: ["cgroup.type", "freezer.state", "cpuset.cpus.partition", "cgroup.pressure"],
};

const byName: ReadonlyMap<string, CgroupFormat> = new Map(
  (Object.entries(formats) as [CgroupFormat, readonly string[]][]).flatMap(([format, names]) =>
    names.map((name) => [name, format] as const),
  ),
);

/** How to read a file of a cgroup, or undefined when views leave it out. */
export function cgroupFormat(name: string): CgroupFormat | undefined {
  if (/^hugetlb\..+\.(rsvd\.)?(max|current|limit_in_bytes|usage_in_bytes)$/.test(name)) return "limit";
  if (/^hugetlb\..+\.events$/.test(name)) return "flat";
  return byName.get(name);
}

export type CgroupUnit = "bytes" | "µs" | "ns" | "percent" | "count" | "";

/**
 * The unit of a number in a cgroup file (cgroup-v2.rst; cgroup-v1): of the file, or of one key of it ("memory.stat" "anon"). Empty: a
 * weight, a flag or an id.
 */
export function cgroupUnit(name: string, key = ""): CgroupUnit {
  if (name === "memory.stat") return memoryStatUnit(key);
  if (/\.pressure$/.test(name)) return key === "total" ? "µs" : "percent";
  if (/^(memory|hugetlb)\./.test(name))
    return /events|failcnt|swappiness|oom|group/.test(name) ? "count" : "bytes";
  if (name === "cpuacct.usage") return "ns";
  if (/^cpu\.(max|cfs_|rt_)/.test(name)) return "µs";
  if (/^cpu\.stat/.test(name)) return /usec$/.test(key) ? "µs" : /time$/.test(key) ? "ns" : "count";
  if (/^io\.(stat|max)$/.test(name)) return /bps|bytes/.test(key) ? "bytes" : "count";
  if (/^pids\./.test(name) || /\.events$/.test(name)) return "count";
  return "";
}

/** Events are counted under the names that /proc/vmstat has for them; all else is bytes. */
function memoryStatUnit(key: string): CgroupUnit {
  const counted = /^(total_)?(pg(?!tables)|workingset_|thp_|zswp|swpin|swpout|numa_)/;
  return counted.test(key) ? "count" : "bytes";
}
