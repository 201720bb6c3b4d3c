import { cgroupUnit } from "../../kernel/cgroup-files.ts";
import { lackingLevel } from "../../kernel/levels.ts";
import type { Pressure } from "../../kernel/parse/cgroup.ts";
import type {
  ArgumentTest,
  CgroupLevel,
  Descriptor,
  MemberProcess,
  NetworkAddress,
  SeccompCase,
  SeccompRules,
} from "../../kernel/view-parts.ts";
import type { HierarchyView, ProcessView } from "../../kernel/view-type.ts";
import { type FactLine, fact } from "./facts.ts";
import { brief, bytes, count } from "./value.ts";

/** What the filters answer: how many calls get which answer, by architecture, and the calls whose arguments decide. */
export function seccompAnswers({ seccomp: { rules } }: ProcessView): readonly FactLine[] {
  if (!rules.ok) return rules.detail === "it was not asked for" ? [] : [fact("answers", rules, brief)];
  const of = <T>(value: T) => ({ ...rules, value });
  const lines = Object.entries(rules.value.architectures).flatMap(([name, { calls }]) => [
    fact(name.replace("SCMP_ARCH_", "").toLowerCase(), of(calls), (all) => sumOfAnswers(all)),
  ]);
  const native = Object.values(rules.value.architectures)[0]?.calls ?? {};
  const open = Object.entries(native).filter(([, cases]) => cases.length > 1);
  return [
    ...lines,
    ...open.map(([call, cases]) => fact(`  ${call}`, of(cases), showCases)),
    ...others(rules.value, of),
  ];
}

function others(rules: SeccompRules, of: <T>(value: T) => FactSource<T>): readonly FactLine[] {
  const { otherArchitectures } = rules;
  if (otherArchitectures === undefined) return [];
  return [fact("other architectures", of(otherArchitectures), ({ action }) => short(action))];
}

type FactSource<T> = { readonly source: string; readonly ok: true; readonly value: T };

function sumOfAnswers(calls: Readonly<Record<string, readonly SeccompCase[]>>): string {
  const sums = new Map<string, number>();
  for (const cases of Object.values(calls)) {
    const [only] = cases;
    const name = cases.length > 1 || only === undefined ? "by their arguments" : answerOf(only);
    sums.set(name, (sums.get(name) ?? 0) + 1);
  }
  const rows = [...sums].sort((a, b) => b[1] - a[1]);
  return rows.map(([name, number]) => `${count(number, "call")} ${name}`).join(", ");
}

function showCases(cases: readonly SeccompCase[]): string {
  return cases
    .map((one) => {
      const when = one.when.map(showTest).join(" and ");
      const also = one.unclear ? " (and on more)" : "";
      return `${answerOf(one)}${when === "" ? "" : ` if ${when}`}${also}`;
    })
    .join("; ");
}

function answerOf({ action, data }: Pick<SeccompCase, "action" | "data">): string {
  return action === "SCMP_ACT_ERRNO" ? `errno ${data}` : short(action);
}

function short(action: string): string {
  return action.replace("SCMP_ACT_", "").toLowerCase().replace("_", " ");
}

const whole: readonly bigint[] = [0xffffffffn, 2n ** 64n - 1n];

/** "argument 0 & 0x7e020000 == 0"; the half of the argument only where a test does not take all of it. */
function showTest({ argument, word, mask, op, value }: ArgumentTest): string {
  const half = word === "high" ? " >> 32" : "";
  if (op === "&" || op === "!&")
    return `argument ${argument}${half} & 0x${(mask & value).toString(16)} ${op === "&" ? "!=" : "=="} 0`;
  const masked = whole.includes(mask) ? "" : ` & 0x${mask.toString(16)}`;
  return `argument ${argument}${half}${masked} ${op} ${value > 4096n ? `0x${value.toString(16)}` : value}`;
}

export function schedulingFacts({ scheduling, timeOffsets }: ProcessView): readonly FactLine[] {
  const { policy, nice, realtimePriority, attributes, ioPriority, cpus, memoryNodes, memoryPolicy } =
    scheduling;
  return [
    fact("policy", policy, brief),
    fact("nice", nice, String),
    fact("real-time priority", realtimePriority, String),
    fact(
      "flags and times",
      attributes,
      ({ flags, runtime, deadline, period }) =>
        `${flags.join(" ") || "no flags"}, runtime ${runtime} ns, deadline ${deadline} ns, period ${period} ns`,
    ),
    fact("input and output", ioPriority, (value) => `${value.class}, level ${value.level}`),
    fact("CPUs", cpus, brief),
    fact("memory nodes", memoryNodes, brief),
    fact(
      "memory policy",
      memoryPolicy,
      ({ mode, flags, nodes }) =>
        `${mode}${flags.length > 0 ? ` (${flags.join(" ")})` : ""}${nodes.length > 0 ? ` ${nodes.join(",")}` : ""}`,
    ),
    fact(
      "time offsets",
      timeOffsets,
      (clocks) =>
        Object.entries(clocks)
          .map(([clock, { seconds, nanoseconds }]) => `${clock} ${seconds} s ${nanoseconds} ns`)
          .join(", ") || "none",
    ),
  ];
}

export function networkFacts({ network }: ProcessView): readonly FactLine[] {
  const address = ({ address: text, prefix, device }: NetworkAddress) =>
    `${text}${prefix === undefined ? "" : `/${prefix}`}${device === undefined ? "" : ` on ${device}`}`;
  const list = (all: readonly NetworkAddress[]) => all.map(address).join(", ") || "none";
  return [
    fact("devices", network.devices, (all) => all.map(({ name }) => name).join(", ") || "none"),
    fact("IPv4", network.ipv4, list),
    fact("IPv6", network.ipv6, list),
    fact(
      "routes",
      network.routes,
      (all) =>
        all
          .map(
            ({ destination, gateway, device }) =>
              `${destination} ${gateway === undefined ? "" : `by ${gateway} `}on ${device}`,
          )
          .join(", ") || "none",
    ),
  ];
}

export function memberFacts({ processes }: ProcessView): readonly FactLine[] {
  if (!processes.ok)
    return processes.detail === "it was not asked for" ? [] : [fact("processes", processes, brief)];
  return processes.value
    .slice(0, most)
    .map((one) => fact(String(one.pid), { ...processes, value: one }, showMember));
}

const most = 50;

function showMember({ args, command, state, user, pids, parent, memory }: MemberProcess): string {
  const inner = pids.length > 1 ? `${pids.at(-1)} inside, ` : "";
  return `${args.join(" ") || `[${command}]`}: ${inner}child of ${parent}, user ${user}, state ${state}, ${bytes(memory)}`;
}

export function descriptorFacts({ descriptors }: ProcessView): readonly FactLine[] {
  if (!descriptors.ok)
    return descriptors.detail === "it was not asked for" ? [] : [fact("descriptors", descriptors, brief)];
  return descriptors.value
    .slice(0, most)
    .map((one) => fact(String(one.fd), { ...descriptors, value: one }, showDescriptor));
}

function showDescriptor({ kind, target, flags, position }: Descriptor): string {
  return `${kind} ${target} ${flags.join(" ")}${position === 0 ? "" : ` at ${position}`}`;
}

/** The way down to the cgroup, who may write it, which controllers are missing and where, pressure and device programs. v2 only. */
export function unifiedFacts({ hierarchies }: ProcessView): readonly FactLine[] {
  const unified = hierarchies.find(({ version, levels }) => version === 2 && levels.length > 0);
  if (unified === undefined) return [];
  const { levels, deviceFilter, can, files } = unified;
  const pressures = Object.entries(files).filter(([name]) => /^(cpu|memory|io|irq)\.pressure$/.test(name));
  return [
    ...levels.map((level) => fact(level.path, level.subtreeControl, (handed) => levelText(level, handed))),
    ...lacking(unified, hierarchies),
    ...levels
      .slice(-1)
      .map((level) =>
        fact(
          "owner",
          level.owner,
          ({ user, group, procs }) => `user ${user}, group ${group}; cgroup.procs is user ${procs}'s`,
        ),
      ),
    fact("can be killed at once", can.kill, (yes) =>
      yes ? "yes" : "no: this kernel has no cgroup.kill here",
    ),
    fact("can be frozen", can.freeze, (yes) => (yes ? "yes" : "no")),
    fact(
      "device programs",
      deviceFilter,
      ({ effective }) =>
        effective
          .map(
            ({ id, name, instructions }) =>
              `${id}${name === "" ? "" : ` ${name}`} (${instructions} instructions)`,
          )
          .join(", ") || "none",
    ),
    ...deviceFacts(unified),
    ...pressures.map(([name, reading]) =>
      fact(name, reading, (value) => showPressure(name, value as Pressure)),
    ),
  ];
}

/** What they answer, a line for each kind of device. */
function deviceFacts({ deviceFilter, deviceAnswers }: HierarchyView): readonly FactLine[] {
  // Without a program there is nothing to answer; on a hybrid host cgroup v1 may have rules of its own.
  if (!deviceFilter.ok || deviceFilter.value.effective.length === 0) return [];
  if (!deviceAnswers.ok)
    return deviceAnswers.detail === "it was not asked for" ? [] : [fact("allow", deviceAnswers, brief)];
  return (["c", "b"] as const).map((type) =>
    fact(
      type === "c" ? "allow character devices" : "allow block devices",
      deviceAnswers,
      (rows) =>
        rows
          .filter((row) => row.type === type)
          .map(({ major, minor, access }) => `${major}:${minor} ${access || "none"}`)
          .join(", ") || "none",
    ),
  );
}

function levelText({ controllers, type }: CgroupLevel, handed: readonly string[]): string {
  const has = controllers.ok ? controllers.value.join(" ") || "no controllers" : "controllers not known";
  const kind = type.ok && type.value !== "domain" ? `, ${type.value}` : "";
  return `${has}${kind}; hands on: ${handed.join(" ") || "none"}`;
}

/** Those of the usual controllers that the cgroup lacks. */
function lacking({ levels }: HierarchyView, all: readonly HierarchyView[]): readonly FactLine[] {
  const old = all.flatMap(({ version, controllers }) => (version === 1 ? controllers : []));
  return ["cpu", "cpuset", "io", "memory", "pids"].flatMap((controller) => {
    // On a hybrid host it is bound to v1, where io is blkio.
    if (old.includes(controller === "io" ? "blkio" : controller)) return [];
    const level = lackingLevel(levels, controller);
    if (level === undefined) return [];
    const top = level.controllers.ok && !level.controllers.value.includes(controller);
    const why = top ? `${level.path} does not have it` : `${level.path} does not hand it on`;
    return [fact(`lacks ${controller}`, level.subtreeControl, () => why)];
  });
}

function showPressure(name: string, { some, full }: Pressure): string {
  const line = ({ avg10, avg60, avg300, total }: Pressure["some"]) =>
    `${avg10} % of 10 s, ${avg60} % of 60 s, ${avg300} % of 300 s, ${total} ${cgroupUnit(name, "total")} in all`;
  return `some ${line(some)}${full === undefined ? "" : `; full ${line(full)}`}`;
}
