import { devicePrograms, programInfo } from "../linux/bpf.ts";
import { inNamespaces, namespaceRelation } from "../linux/namespace.ts";
import { inputOutputPriority, schedulerAttributes } from "../linux/scheduling.ts";
import { windowSizeAt } from "../linux/terminal.ts";
import type { KernelCalls } from "./reading.ts";
import { readSeccompFilters } from "./seccomp.ts";
import type { BpfProgram, IoPriority, SchedulingAttributes } from "./view-parts.ts";

/** The system calls themselves, of this machine. */
export const kernelCalls: KernelCalls = {
  namespaceRelation,
  inNamespaces,
  schedulingAttributes,
  ioPriority,
  seccompFilters: readSeccompFilters,
  windowSize: windowSizeAt,
  deviceFilter(directory) {
    const attached = devicePrograms(directory, { effective: false });
    const effective = devicePrograms(directory, { effective: true });
    return {
      attached: attached.ids.map(describe),
      effective: effective.ids.map(describe),
      flags: attachFlags.filter(([bit]) => (attached.flags & bit) !== 0).map(([, name]) => name),
    };
  },
};

/** linux/bpf.h */
const attachFlags = [
  [1, "BPF_F_ALLOW_OVERRIDE"],
  [2, "BPF_F_ALLOW_MULTI"],
] as const;
const BPF_PROG_TYPE_CGROUP_DEVICE = 15;

function describe(id: number): BpfProgram {
  const { type, name, instructions, code } = programInfo(id);
  return {
    id,
    type: type === BPF_PROG_TYPE_CGROUP_DEVICE ? "cgroup_device" : String(type),
    name,
    instructions,
    ...(code === undefined ? {} : { code: Buffer.from(code).toString("hex") }),
  };
}

/** linux/sched.h, by the names of the runtime specification (config.md#linux-process). */
const schedulerFlags = [
  [0x01n, "SCHED_FLAG_RESET_ON_FORK"],
  [0x02n, "SCHED_FLAG_RECLAIM"],
  [0x04n, "SCHED_FLAG_DL_OVERRUN"],
  [0x08n, "SCHED_FLAG_KEEP_POLICY"],
  [0x10n, "SCHED_FLAG_KEEP_PARAMS"],
  [0x20n, "SCHED_FLAG_UTIL_CLAMP_MIN"],
  [0x40n, "SCHED_FLAG_UTIL_CLAMP_MAX"],
] as const;
/** SCHED_ATTR_SIZE_VER0 is 48: what comes after it is utilisation clamping. */
const sizeWithUtilisation = 56;

function schedulingAttributes(pid: number): SchedulingAttributes {
  const raw = schedulerAttributes(pid);
  return {
    flags: schedulerFlags.filter(([bit]) => (raw.flags & bit) !== 0n).map(([, name]) => name),
    runtime: exact(raw.runtime),
    deadline: exact(raw.deadline),
    period: exact(raw.period),
    utilisation:
      raw.size < sizeWithUtilisation ? undefined : { least: raw.utilisationLeast, most: raw.utilisationMost },
  };
}

function exact(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

const ioClasses = [
  "IOPRIO_CLASS_NONE",
  "IOPRIO_CLASS_RT",
  "IOPRIO_CLASS_BE",
  "IOPRIO_CLASS_IDLE",
] as const satisfies readonly IoPriority["class"][];

function ioPriority(pid: number): IoPriority {
  const { class: number, level } = inputOutputPriority(pid);
  return { class: ioClasses[number] ?? "IOPRIO_CLASS_NONE", level };
}
