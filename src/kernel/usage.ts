import { cgroupDirectory } from "./cgroups.ts";
import { kernelFiles } from "./files.ts";
import { parseCgroupFile } from "./parse/cgroup.ts";
import { parseMountinfo } from "./parse/mountinfo.ts";
import { type Exact, type Limit, type Parsed, parseExact, parseLimit } from "./parse/parsed.ts";
import { parseKey, parseOldLimit, parseSomePressure, parseSum } from "./parse/usage.ts";
import { mapReading, readFact, unread } from "./read.ts";
import type { KernelFiles, Reading } from "./reading.ts";

/** What a cgroup uses at this moment. Counters grow from the cgroup's beginning: two readings give a rate. */
export type Usage = {
  /** Bytes. */
  readonly memory: Reading<Exact>;
  readonly memoryLimit: Reading<Limit>;
  /** Microseconds of CPU time. */
  readonly cpu: Reading<Exact>;
  readonly processes: Reading<Exact>;
  readonly processLimit: Reading<Limit>;
  /** Bytes, of all devices together. */
  readonly readBytes: Reading<Exact>;
  readonly writtenBytes: Reading<Exact>;
  /** Percent of the last ten seconds in which some task waited. The v2 tree alone has it. */
  readonly pressure: Readonly<Record<"cpu" | "memory" | "io", Reading<number>>>;
};

/** The directories of a process's cgroup: that of the v2 tree, and those of the v1 controllers by name. */
export type CgroupPlace = {
  readonly unified: string | undefined;
  readonly v1: Readonly<Record<string, string>>;
};

/** Where the cgroup of a process is. Directories that we cannot see are left out. Never rejects. */
export async function findCgroup(
  pid: number,
  files: KernelFiles = kernelFiles,
): Promise<Reading<CgroupPlace>> {
  const entries = await readFact(files, `/proc/${pid}/cgroup`, parseCgroupFile);
  if (!entries.ok) return entries;
  const mounts = await readFact(files, "/proc/self/mountinfo", parseMountinfo);
  if (!mounts.ok) return mounts;
  const v1: Record<string, string> = {};
  let unified: string | undefined;
  for (const entry of entries.value) {
    const directory = cgroupDirectory(entry, mounts.value);
    if (!directory.ok) continue;
    if (entry.version === 2) unified = directory.value;
    for (const controller of entry.controllers) v1[controller] = directory.value;
  }
  return { source: entries.source, ok: true, value: { unified, v1 } };
}

/** The usage of a cgroup: a dozen small files. Never rejects: of a cgroup that has gone all readings are absent. */
export async function readUsage(place: CgroupPlace, files: KernelFiles = kernelFiles): Promise<Usage> {
  const old = Object.keys(place.v1).some((name) => !name.includes("="));
  return old || place.unified === undefined ? readOld(files, place) : readUnified(files, place.unified);
}

async function readUnified(files: KernelFiles, directory: string): Promise<Usage> {
  const at = <T>(name: string, parse: (text: string) => Parsed<T>) =>
    readFact(files, `${directory}/${name}`, parse);
  return {
    memory: await at("memory.current", parseExact),
    memoryLimit: await at("memory.max", parseLimit),
    cpu: await at("cpu.stat", (text) => parseKey(text, "usage_usec")),
    processes: await at("pids.current", parseExact),
    processLimit: await at("pids.max", parseLimit),
    readBytes: await at("io.stat", (text) => parseSum(text, /\brbytes=(\d+)/g)),
    writtenBytes: await at("io.stat", (text) => parseSum(text, /\bwbytes=(\d+)/g)),
    pressure: {
      cpu: await at("cpu.pressure", parseSomePressure),
      memory: await at("memory.pressure", parseSomePressure),
      io: await at("io.pressure", parseSomePressure),
    },
  };
}

async function readOld(files: KernelFiles, { v1, unified }: CgroupPlace): Promise<Usage> {
  const at = async <T>(controller: string, name: string, parse: (text: string) => Parsed<T>) => {
    const directory = v1[controller];
    if (directory === undefined)
      return unread(`${controller} ${name}`, "absent", `the v1 controller ${controller} is not mounted`);
    return readFact(files, `${directory}/${name}`, parse);
  };
  // A hybrid host has the pressure in the v2 tree, whatever controllers are bound to v1.
  const pressure = async (name: string): Promise<Reading<number>> =>
    unified === undefined
      ? unread(name, "absent", "cgroup v1 has no pressure of a cgroup")
      : readFact(files, `${unified}/${name}`, parseSomePressure);
  const transferred = (word: string) =>
    at("blkio", "blkio.throttle.io_service_bytes", (text) =>
      parseSum(text, new RegExp(`^\\d+:\\d+ ${word} (\\d+)$`, "gm")),
    );
  const nanoseconds = await at("cpuacct", "cpuacct.usage", parseExact);
  return {
    memory: await at("memory", "memory.usage_in_bytes", parseExact),
    memoryLimit: await at("memory", "memory.limit_in_bytes", parseOldLimit),
    cpu: mapReading(nanoseconds, (value) => Math.floor(Number(value) / 1000)),
    processes: await at("pids", "pids.current", parseExact),
    processLimit: await at("pids", "pids.max", parseLimit),
    readBytes: await transferred("Read"),
    writtenBytes: await transferred("Write"),
    pressure: {
      cpu: await pressure("cpu.pressure"),
      memory: await pressure("memory.pressure"),
      io: await pressure("io.pressure"),
    },
  };
}
