import type { Resources } from "../../oci/spec.ts";
import { deviceRules } from "./device-rules.ts";
import { compact, keyed, plain, type Tree, unless } from "./tree.ts";
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

/** memory.* files take sizes in any unit; white space and the case of "max" mean nothing. */
function unifiedText(file: string, text: string): string {
  const words = text.trim().split(/\s+/).join(" ");
  if (/^(memory|hugetlb)\./.test(file)) return words === "-1" ? "max" : inBytes(words);
  return file.startsWith("cpuset.") ? (cpuSet(words) ?? words) : words;
}
