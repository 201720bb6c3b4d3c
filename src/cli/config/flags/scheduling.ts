import { type ConfigFlagTable, under } from "./table.ts";

/** How the kernel treats the process itself. */
export const schedulingFlags = under("limits and scheduling of the process", {
  ulimit: {
    kind: "list",
    value: "NAME=SOFT[:HARD]",
    help: "a limit of the process: nofile=1024:2048",
    sets: ["/process/rlimits"],
  },
  "oom-score-adj": {
    kind: "value",
    value: "N",
    help: "-1000 to 1000: whom the kernel kills first when memory runs out",
    sets: ["/process/oomScoreAdj"],
  },
} satisfies ConfigFlagTable);
