import type { DeviceCgroup, Resources } from "../../oci/spec.ts";
import { type Branch, compact, keyed, plain, setOf, type Tree, unless } from "./tree.ts";
import { cpuSet, inBytes } from "./words.ts";

/** linux.resources. 0 and -1 where they say what being absent says: no limit, the kernel's own weight. */
export function resourcesTree(resources: Resources | undefined): Tree | undefined {
  if (resources === undefined) return undefined;
  const { memory, cpu, pids, network, rdma, unified, blockIO } = resources;
  return compact({
    ...(plain(resources) as Tree),
    memory: memory && {
      ...withoutZeros({ ...memory, swappiness: undefined }, 0, -1),
      swappiness: memory.swappiness,
      disableOOMKiller: unless(memory.disableOOMKiller, false),
      useHierarchy: unless(memory.useHierarchy, false),
      checkBeforeUpdate: unless(memory.checkBeforeUpdate, false),
    },
    cpu: cpu && cpuTree(cpu),
    pids: pids && { limit: unless(pids.limit, -1) },
    blockIO: blockIO && blockTree(blockIO),
    devices: deviceRules(resources.devices),
    hugepageLimits: keyed(
      resources.hugepageLimits,
      ({ pageSize }) => pageSize,
      ({ limit }) => ({ limit }),
    ),
    network: network && {
      classID: unless(network.classID, 0),
      priorities: keyed(
        network.priorities,
        ({ name }) => name,
        ({ priority }) => ({ priority }),
      ),
    },
    rdma: rdma && (plain(rdma) as Tree),
    unified: Object.fromEntries(
      Object.entries(unified ?? {}).map(([file, text]) => [file, unifiedText(file, text)]),
    ),
  });
}

function withoutZeros(part: object, ...same: readonly (number | bigint)[]): Tree {
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [
      name,
      unless(value as number | bigint | undefined, ...same),
    ]),
  );
}

/** A quota without a period has the kernel's, 100000; a period without a quota limits nothing. */
function cpuTree(cpu: NonNullable<Resources["cpu"]>): Tree {
  const quota = unless(cpu.quota, 0, -1);
  const period = unless(cpu.period, 0) ?? 100_000;
  return {
    ...withoutZeros(cpu, 0),
    quota,
    period: quota === undefined ? unless(period, 100_000) : period,
    cpus: cpuSet(cpu.cpus),
    mems: cpuSet(cpu.mems),
  };
}

function blockTree(blockIO: NonNullable<Resources["blockIO"]>): Tree {
  const lists = Object.entries(blockIO).flatMap(([name, list]) => {
    if (!Array.isArray(list)) return [];
    const disks = keyed(
      list as readonly { readonly major: number; readonly minor: number }[],
      ({ major, minor }) => `${major}:${minor}`,
      ({ major, minor, ...rest }) => plain(rest),
    );
    return [[name, disks] as const];
  });
  const { weight, leafWeight } = blockIO;
  return { ...Object.fromEntries(lists), weight: unless(weight, 0), leafWeight: unless(leafWeight, 0) };
}

/** One rule as Linux writes it, "allow c 1:3 rwm". */
function ruleText({ allow, type, major, minor, access }: DeviceCgroup): string {
  const number = (value: number | bigint | undefined) =>
    value === undefined || Number(value) < 0 ? "*" : String(value);
  const letters = [..."rwm"].filter((letter) => (access ?? "rwm").includes(letter)).join("");
  return `${allow ? "allow" : "deny"} ${type ?? "a"} ${number(major)}:${number(minor)} ${letters}`;
}

/**
 * Rules by turn. What a rule for all devices follows is undone by it and left out; among rules that all allow, or all deny, the order
 * means nothing, so each such turn is a set. Several turns are a sequence.
 */
function deviceRules(rules: readonly DeviceCgroup[] | undefined): Branch {
  const texts = (rules ?? []).map(ruleText);
  const forAll = texts.findLastIndex((text) => /^\w+ a \*:\* rwm$/.test(text));
  const first = texts[forAll];
  const turns: string[][] = [];
  for (const text of texts.slice(forAll + 1)) {
    const last = turns.at(-1);
    if (verbOf(last?.[0] ?? first) !== verbOf(text)) turns.push([text]);
    else last?.push(text);
  }
  const all = first === undefined ? [] : [first];
  const sorted = turns.map((turn) => [...new Set(turn)].sort());
  return turns.length > 1 ? [...all, ...sorted.flat()] : (setOf([...all, ...sorted.flat()]) ?? {});
}

function verbOf(rule: string | undefined): string {
  return rule?.split(" ", 1)[0] ?? "";
}

/** memory.* files take sizes in any unit; white space and the case of "max" mean nothing. */
function unifiedText(file: string, text: string): string {
  const words = text.trim().split(/\s+/).join(" ");
  if (/^(memory|hugetlb)\./.test(file)) return words === "-1" ? "max" : inBytes(words);
  return file.startsWith("cpuset.") ? (cpuSet(words) ?? words) : words;
}
