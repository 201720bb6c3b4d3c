import type { Integer64, Memory, Resources } from "../../oci/spec.ts";
import { limitDiffers } from "../cgroup-values.ts";
import type { CgroupWish, Place } from "../cgroup-wish.ts";

/** resources.memory, pids and hugepageLimits (config-linux.md#memory, #pids, #huge-page-limits). */
export function memoryWishes(resources: Resources, ociVersion: string): readonly CgroupWish[] {
  const { memory = {}, pids, hugepageLimits = [] } = resources;
  return [
    ...sizes(memory),
    ...switches(memory),
    ...(pids?.limit === undefined ? [] : [pidsWish(pids.limit, ociVersion)]),
    ...hugepageLimits.map(({ pageSize, limit }, index) => hugepageWish(index, { pageSize, limit })),
  ];
}

const noKernelLimit = "cgroup v2 has no limit of kernel memory of its own";

function sizes(memory: Memory): readonly CgroupWish[] {
  const { limit, reservation, swap, kernel, kernelTCP } = memory;
  return [
    ...size("limit", limit, { statement: "LX-MEM-01", v2: "memory.max", v1: "memory.limit_in_bytes" }),
    ...size("reservation", reservation, {
      statement: "LX-MEM-02",
      v2: "memory.low",
      v1: "memory.soft_limit_in_bytes",
    }),
    ...(swap === undefined ? [] : [swapWish(swap, limit)]),
    ...size("kernel", kernel, {
      statement: "LX-MEM-04",
      why: noKernelLimit,
      v1: "memory.kmem.limit_in_bytes",
    }),
    ...size("kernelTCP", kernelTCP, {
      statement: "LX-MEM-05",
      why: noKernelLimit,
      v1: "memory.kmem.tcp.limit_in_bytes",
    }),
  ];
}

function size(
  name: string,
  asked: Integer64 | undefined,
  where: { readonly statement: string; readonly v1: string } & (
    | { readonly v2: string }
    | { readonly why: string }
  ),
): readonly CgroupWish[] {
  if (asked === undefined) return [];
  return [
    {
      at: `/linux/resources/memory/${name}`,
      statements: [where.statement],
      asked,
      controller: "memory",
      zeroIsUnset: true,
      v2: "v2" in where ? [bytes(where.v2, asked)] : where.why,
      v1: [bytes(where.v1, asked)],
    },
  ];
}

/** The config's swap is memory and swap together, as in v1; v2 limits swap alone. */
function swapWish(swap: Integer64, limit: Integer64 | undefined): CgroupWish {
  const alone = BigInt(swap) === -1n ? -1n : BigInt(swap) - BigInt(limit ?? 0);
  return {
    at: "/linux/resources/memory/swap",
    statements: ["LX-MEM-03"],
    asked: swap,
    controller: "memory",
    zeroIsUnset: true,
    v2: [bytes("memory.swap.max", alone)],
    v1: [bytes("memory.memsw.limit_in_bytes", swap)],
  };
}

function switches(memory: Memory): readonly CgroupWish[] {
  const { swappiness, disableOOMKiller, useHierarchy, checkBeforeUpdate } = memory;
  const at = (name: keyof Memory): CgroupWish["at"] => `/linux/resources/memory/${name}`;
  const wishes: CgroupWish[] = [];
  const add = (
    name: keyof Memory,
    asked: unknown,
    rest: Pick<CgroupWish, "v1" | "v2" | "statements">,
  ): void => {
    if (asked !== undefined) wishes.push({ at: at(name), asked, controller: "memory", ...rest });
  };
  add("swappiness", swappiness, {
    statements: ["LX-MEM-06"],
    v2: "cgroup v2 has no swappiness of its own",
    v1: [{ file: "memory.swappiness", differs: (seen) => limitDiffers(swappiness ?? 0, seen) }],
  });
  add("disableOOMKiller", disableOOMKiller, {
    statements: ["LX-MEM-07"],
    v2: "cgroup v2 cannot switch the OOM killer off",
    v1: [{ file: "memory.oom_control", differs: (seen) => oomDiffers(disableOOMKiller === true, seen) }],
  });
  add("useHierarchy", useHierarchy, {
    statements: ["LX-MEM-08"],
    v2: "cgroup v2 always counts whole subtrees",
    v1: [
      {
        file: "memory.use_hierarchy",
        differs: (seen) => (seen === useHierarchy ? undefined : `use_hierarchy is ${String(seen)}`),
      },
    ],
  });
  const update = "it governs later updates and leaves no trace";
  add("checkBeforeUpdate", checkBeforeUpdate, { statements: ["LX-MEM-09"], v2: update, v1: update });
  return wishes;
}

function oomDiffers(asked: boolean, seen: unknown): string | undefined {
  const disabled =
    typeof seen === "object" && seen !== null && "oom_kill_disable" in seen && seen.oom_kill_disable;
  return (disabled === 1) === asked ? undefined : `oom_kill_disable is ${String(disabled)}`;
}

/** Until 1.3.0 the specification did not say what 0 means, and runtimes took it as no limit. */
function pidsWish(limit: Integer64, ociVersion: string): CgroupWish {
  const older = /^1\.[0-2]\./.test(ociVersion) && BigInt(limit) === 0n;
  const place: Place = {
    file: "pids.max",
    differs: (seen) => (older && seen === "max" ? undefined : limitDiffers(limit, seen)),
  };
  return {
    at: "/linux/resources/pids/limit",
    statements: ["LX-PIDS-01", "LX-PIDS-02", "LX-PIDS-03"],
    asked: limit,
    controller: "pids",
    v2: [place],
    v1: [place],
  };
}

function hugepageWish(
  index: number,
  asked: { readonly pageSize: string; readonly limit: Integer64 },
): CgroupWish {
  const { pageSize, limit } = asked;
  const place = (suffix: string): Place => ({
    file: `hugetlb.${pageSize}.${suffix}`,
    differs: (seen) => limitDiffers(limit, seen),
  });
  return {
    at: `/linux/resources/hugepageLimits/${index}`,
    statements: ["LX-HUGE-02", "LX-HUGE-03"],
    asked,
    controller: "hugetlb",
    v2: [place("rsvd.max"), place("max")],
    v1: [place("rsvd.limit_in_bytes"), place("limit_in_bytes")],
  };
}

function bytes(file: string, asked: Integer64): Place {
  return { file, differs: (seen) => limitDiffers(asked, seen, { pages: true }) };
}
