import { unlimited } from "../../../../src/spec/parse/ulimit.ts";
import type { FlagRow } from "./row.ts";

const v11 = { "/ociVersion": "1.1.0" };

export const schedulingRows: readonly FlagRow[] = [
  [
    "ulimit",
    ["--ulimit", "nofile=10:20"],
    { "/process/rlimits": [{ type: "RLIMIT_NOFILE", soft: 10, hard: 20 }] },
  ],
  [
    "ulimit",
    ["--ulimit", "core=-1"],
    { "/process/rlimits": [{ type: "RLIMIT_CORE", soft: unlimited, hard: unlimited }] },
  ],
  ["oom-score-adj", ["--oom-score-adj", "-500"], { "/process/oomScoreAdj": -500 }],
  [
    "scheduler",
    ["--scheduler", "policy=fifo,priority=10"],
    { "/process/scheduler": { policy: "SCHED_FIFO", priority: 10 }, ...v11 },
  ],
  [
    "scheduler",
    ["--scheduler", "policy=SCHED_BATCH,nice=-5,flags=reset-on-fork,flags=SCHED_FLAG_RECLAIM"],
    {
      "/process/scheduler": {
        policy: "SCHED_BATCH",
        nice: -5,
        flags: ["SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM"],
      },
      ...v11,
    },
  ],
  [
    "scheduler",
    ["--scheduler", "policy=deadline,runtime=1,deadline=2,period=3"],
    { "/process/scheduler": { policy: "SCHED_DEADLINE", runtime: 1, deadline: 2, period: 3 }, ...v11 },
  ],
  [
    "io-priority",
    ["--io-priority", "class=be,level=4"],
    { "/process/ioPriority": { class: "IOPRIO_CLASS_BE", priority: 4 }, ...v11 },
  ],
  [
    "io-priority",
    ["--io-priority", "class=idle"],
    { "/process/ioPriority": { class: "IOPRIO_CLASS_IDLE" }, ...v11 },
  ],
  [
    "exec-cpu-affinity",
    ["--exec-cpu-affinity", "initial=0-1,3,final=2,4"],
    { "/process/execCPUAffinity": { initial: "0-1,3", final: "2,4" }, "/ociVersion": "1.2.1" },
  ],
  [
    "memory-policy",
    ["--memory-policy", "bind:0-1,3"],
    { "/linux/memoryPolicy": { mode: "MPOL_BIND", nodes: "0-1,3" }, "/ociVersion": "1.3.0" },
  ],
  [
    "memory-policy",
    ["--memory-policy", "prefer=static:0"],
    {
      "/linux/memoryPolicy": { mode: "MPOL_PREFERRED", nodes: "0", flags: ["MPOL_F_STATIC_NODES"] },
      "/ociVersion": "1.3.0",
    },
  ],
  [
    "memory-policy",
    ["--memory-policy", "local"],
    { "/linux/memoryPolicy": { mode: "MPOL_LOCAL" }, "/ociVersion": "1.3.0" },
  ],
  [
    "personality",
    ["--personality", "LINUX32"],
    { "/linux/personality": { domain: "LINUX32" }, "/ociVersion": "1.0.2" },
  ],
  [
    "personality",
    ["--personality", "LINUX"],
    { "/linux/personality": { domain: "LINUX" }, "/ociVersion": "1.0.2" },
  ],
];
