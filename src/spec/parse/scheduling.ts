import { nearest } from "../../base/text.ts";
import type { ExecCpuAffinity, IoPriority, MemoryPolicy, Scheduler } from "../../oci/spec.ts";
import { badValue } from "./bad-value.ts";
import { parseIndexList } from "./cpus.ts";
import { type FieldRules, parseFields, parseLooseFields } from "./fields.ts";
import { parseInteger } from "./number.ts";

const schedulerForm =
  "policy=fifo,priority=10 or policy=batch,nice=5 or policy=deadline,runtime=NS,deadline=NS,period=NS";
const schedulerRules: FieldRules = {
  kind: "scheduler",
  form: schedulerForm,
  keys: ["policy", "nice", "priority", "flags", "runtime", "deadline", "period"],
  aliases: { flag: "flags" },
  repeatable: ["flags"],
};
const policies: readonly string[] = ["OTHER", "FIFO", "RR", "BATCH", "ISO", "IDLE", "DEADLINE"];
const schedulerFlags: readonly string[] = [
  "RESET_ON_FORK",
  "RECLAIM",
  "DL_OVERRUN",
  "KEEP_POLICY",
  "KEEP_PARAMS",
  "UTIL_CLAMP_MIN",
  "UTIL_CLAMP_MAX",
];

/**
 * "policy=fifo,priority=10": the fields of process.scheduler; policies and flags with or without SCHED_ and SCHED_FLAG_, in any case;
 * flags is repeatable; times in nanoseconds (sched_setattr(2)). Errors: "spec.bad-option".
 */
export function parseScheduler(text: string): Scheduler {
  const fields = parseFields(text, schedulerRules);
  const policy = fields.get("policy")?.[0];
  if (policy === undefined)
    throw badValue("scheduler", text, { got: "it names no policy", form: schedulerForm });
  const number = (key: string, least: number, most: number) => {
    const value = fields.get(key)?.[0];
    return value === undefined
      ? {}
      : { [key]: parseInteger(value, { kind: `scheduler's ${key}`, least, most }) };
  };
  const flags = (fields.get("flags") ?? []).map((flag) =>
    wordOf(flag, { words: schedulerFlags, prefix: "SCHED_FLAG_", kind: "scheduler flag" }),
  );
  return {
    policy: wordOf(policy, {
      words: policies,
      prefix: "SCHED_",
      kind: "scheduling policy",
    }) as Scheduler["policy"],
    ...number("nice", -20, 19),
    ...number("priority", 0, 99),
    ...(flags.length === 0 ? {} : { flags: flags as NonNullable<Scheduler["flags"]> }),
    ...number("runtime", 0, Number.MAX_SAFE_INTEGER),
    ...number("deadline", 0, Number.MAX_SAFE_INTEGER),
    ...number("period", 0, Number.MAX_SAFE_INTEGER),
  };
}

const ioForm = "class=rt|be|idle[,level=0..7]";
/** Ionice's words for the classes (ionice(1)). */
const ioClasses: Readonly<Record<string, string>> = { REALTIME: "RT", "BEST-EFFORT": "BE" };

/** "class=be,level=4" (ioprio_set(2)). Errors: "spec.bad-option". */
export function parseIoPriority(text: string): IoPriority {
  const rules = {
    kind: "IO priority",
    form: ioForm,
    keys: ["class", "level"],
    aliases: { priority: "level" },
  };
  const fields = parseFields(text, rules);
  const name = fields.get("class")?.[0];
  if (name === undefined) throw badValue("IO priority", text, { got: "it names no class", form: ioForm });
  const level = fields.get("level")?.[0];
  const word = ioClasses[name.toUpperCase()] ?? name;
  return {
    class: wordOf(word, {
      words: ["RT", "BE", "IDLE"],
      prefix: "IOPRIO_CLASS_",
      kind: "IO class",
    }) as IoPriority["class"],
    ...(level === undefined
      ? {}
      : { priority: parseInteger(level, { kind: "IO priority level", least: 0, most: 7 }) }),
  };
}

/** "initial=0-1,final=2,3": CPU lists of process.execCPUAffinity. Errors: "spec.bad-option". */
export function parseExecCpuAffinity(text: string): ExecCpuAffinity {
  const form = "initial=LIST,final=LIST, one of them at least";
  const fields = parseLooseFields(text, { kind: "CPU affinity", form, keys: ["initial", "final"] });
  const list = (key: string) => fields.get(key)?.map((value) => ({ [key]: parseIndexList(value) }))[0] ?? {};
  return { ...list("initial"), ...list("final") };
}

const policyForm = 'MODE[=FLAG][:NODES], for example "bind:0-1,3" or "interleave=static:0,1"';
const memoryModes: readonly string[] = [
  "DEFAULT",
  "BIND",
  "INTERLEAVE",
  "WEIGHTED_INTERLEAVE",
  "PREFERRED",
  "PREFERRED_MANY",
  "LOCAL",
];
const memoryFlags: Readonly<Record<string, string>> = {
  STATIC: "STATIC_NODES",
  RELATIVE: "RELATIVE_NODES",
  BALANCING: "NUMA_BALANCING",
};

/**
 * Where the process's memory comes from, as tmpfs writes it in its mpol= option (tmpfs(5), set_mempolicy(2)): "bind:0-1,3",
 * "prefer=static:0"; modes and flags also by their names with MPOL_ and MPOL_F_. Errors: "spec.bad-option".
 */
export function parseMemoryPolicy(text: string): MemoryPolicy {
  const match = /^([A-Za-z_-]+)(?:=([A-Za-z_+-]+))?(?::([\d,-]+))?$/.exec(text.trim());
  if (match === null) throw badValue("memory policy", text, { got: "it has another form", form: policyForm });
  const [, name = "", flagWords, nodes] = match;
  const mode = name.toUpperCase() === "PREFER" ? "PREFERRED" : name;
  const flags = (flagWords?.split("+") ?? []).map((word) =>
    wordOf(memoryFlags[word.toUpperCase()] ?? word, {
      words: Object.values(memoryFlags),
      prefix: "MPOL_F_",
      kind: "memory policy flag",
    }),
  );
  return {
    mode: wordOf(mode, {
      words: memoryModes,
      prefix: "MPOL_",
      kind: "memory policy",
    }) as MemoryPolicy["mode"],
    ...(nodes === undefined ? {} : { nodes: parseIndexList(nodes) }),
    ...(flags.length === 0 ? {} : { flags: flags as NonNullable<MemoryPolicy["flags"]> }),
  };
}

type Words = { readonly words: readonly string[]; readonly prefix: string; readonly kind: string };

/** The kernel's name for a word with or without its prefix, in any case, "-" for "_". */
function wordOf(text: string, { words, prefix, kind }: Words): string {
  const upper = text.trim().toUpperCase().replaceAll("-", "_");
  const word = upper.startsWith(prefix) ? upper.slice(prefix.length) : upper;
  if (words.includes(word)) return `${prefix}${word}`;
  const near = nearest(word, words);
  const form = `one of ${words.map((one) => one.toLowerCase()).join(", ")}`;
  const got = near === undefined ? "there is no such one" : `did you mean ${near.toLowerCase()}?`;
  throw badValue(kind, text, { got, form });
}
