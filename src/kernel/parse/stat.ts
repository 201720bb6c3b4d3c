import { bad, type Exact, good, type Parsed, parseExact } from "./parsed.ts";

export type SchedulingPolicy =
  | "SCHED_OTHER"
  | "SCHED_FIFO"
  | "SCHED_RR"
  | "SCHED_BATCH"
  | "SCHED_ISO"
  | "SCHED_IDLE"
  | "SCHED_DEADLINE"
  | "SCHED_EXT";

/** What ocilab takes from /proc/PID/stat (proc_pid_stat(5)). */
export type Stat = {
  readonly command: string;
  readonly state: string;
  readonly parent: number;
  readonly nice: number;
  readonly threads: number;
  /** Clock ticks after boot. */
  readonly startTime: Exact;
  readonly realtimePriority: number;
  readonly policy: SchedulingPolicy;
  /** Clock ticks spent in user and kernel mode together. */
  readonly cpuTicks: Exact;
  /** Pages; the page size is the machine's. */
  readonly residentPages: Exact;
};

/** Numbers of linux/sched.h. */
const policies: readonly SchedulingPolicy[] = [
  "SCHED_OTHER",
  "SCHED_FIFO",
  "SCHED_RR",
  "SCHED_BATCH",
  "SCHED_ISO",
  "SCHED_IDLE",
  "SCHED_DEADLINE",
  "SCHED_EXT",
];

/** The command stands in parentheses and may itself hold blanks and parentheses: the last one closes it. */
export function parseStat(text: string): Parsed<Stat> {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return bad("PID (COMMAND) STATE …", text);
  const fields = text
    .slice(close + 2)
    .trim()
    .split(" ");
  const number = (field: number): Exact | undefined => {
    const parsed = parseExact(fields[field - 3] ?? "");
    return parsed.ok ? parsed.value : undefined;
  };
  const startTime = number(22);
  const policy = policies[Number(number(41))];
  if (startTime === undefined || policy === undefined) return bad("at least 41 fields", text);
  return good({
    command: text.slice(open + 1, close),
    state: fields[0] ?? "",
    parent: Number(number(4)),
    nice: Number(number(19)),
    threads: Number(number(20)),
    startTime,
    realtimePriority: Number(number(40)),
    policy,
    cpuTicks: Number(number(14)) + Number(number(15)),
    residentPages: number(24) ?? 0,
  });
}
