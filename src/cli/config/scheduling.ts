import type { SpecOption } from "../../spec/context.ts";
import { withMemoryPolicy, withPersonality } from "../../spec/options/hardware.ts";
import {
  withExecCpuAffinity,
  withIoPriority,
  withOomScoreAdj,
  withScheduler,
} from "../../spec/options/process.ts";
import { withRlimit } from "../../spec/options/rlimits.ts";
import { parseInteger } from "../../spec/parse/number.ts";
import {
  parseExecCpuAffinity,
  parseIoPriority,
  parseMemoryPolicy,
  parseScheduler,
} from "../../spec/parse/scheduling.ts";
import { parseUlimit } from "../../spec/parse/ulimit.ts";
import type { ConfigValues } from "./flags.ts";
import { given } from "./given.ts";

/** The flags of the process's own limits and of how the kernel schedules it. Errors: "spec.bad-option". */
export function schedulingOptions(flags: ConfigValues): readonly SpecOption[] {
  return [
    ...given(flags["oom-score-adj"], (text) =>
      withOomScoreAdj(parseInteger(text, { kind: "OOM score", least: -1000, most: 1000 })),
    ),
    ...flags.ulimit.map((text) => withRlimit(parseUlimit(text))),
    ...given(flags.scheduler, (text) => withScheduler(parseScheduler(text))),
    ...given(flags["io-priority"], (text) => withIoPriority(parseIoPriority(text))),
    ...given(flags["exec-cpu-affinity"], (text) => withExecCpuAffinity(parseExecCpuAffinity(text))),
    ...given(flags["memory-policy"], (text) => withMemoryPolicy(parseMemoryPolicy(text))),
    ...given(flags.personality, (domain) => withPersonality(domain === "LINUX32" ? "LINUX32" : "LINUX")),
  ];
}
