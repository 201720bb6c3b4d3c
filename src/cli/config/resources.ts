import type { SpecOption } from "../../spec/context.ts";
import {
  withCgroupsPath,
  withCpuShares,
  withCpus,
  withCpuset,
  withMemory,
  withPidsLimit,
  withUnified,
} from "../../spec/options/resources.ts";
import { parseBytes } from "../../spec/parse/bytes.ts";
import { parseCpus, parseIndexList } from "../../spec/parse/cpus.ts";
import { parseInteger } from "../../spec/parse/number.ts";
import { parsePair } from "../../spec/parse/pair.ts";
import type { ConfigValues } from "./flags.ts";
import { given } from "./options.ts";

/** The flags that end in the container's cgroup. */
export function resourceOptions(flags: ConfigValues): readonly SpecOption[] {
  const unified = flags["cgroup-conf"].map((text) => parsePair(text, "cgroup file"));
  return [
    ...given(flags.memory, (text) => withMemory({ limit: parseBytes(text) })),
    ...given(flags["memory-reservation"], (text) => withMemory({ reservation: parseBytes(text) })),
    ...given(flags["memory-swap"], (text) => withMemory({ swap: parseBytes(text) })),
    ...given(flags["pids-limit"], (text) =>
      withPidsLimit(parseInteger(text, { kind: "limit of processes", least: -1, most: 4_194_304 })),
    ),
    ...given(flags.cpus, (text) => withCpus(parseCpus(text))),
    ...given(flags["cpu-shares"], (text) =>
      withCpuShares(parseInteger(text, { kind: "share of CPU time", least: 2, most: 262_144 })),
    ),
    ...given(flags["cpuset-cpus"], (text) => withCpuset({ cpus: parseIndexList(text) })),
    ...given(flags["cpuset-mems"], (text) => withCpuset({ mems: parseIndexList(text) })),
    ...(unified.length === 0 ? [] : [withUnified(Object.fromEntries(unified))]),
    ...given(flags["cgroups-path"], withCgroupsPath),
  ];
}
