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
  scheduler: {
    kind: "value",
    value: "FIELDS",
    help: "policy=other, batch, idle, fifo, rr or deadline, and with commas nice=, priority=, flags=, runtime=, deadline=, period= (nanoseconds)",
    sets: ["/process/scheduler"],
  },
  "io-priority": {
    kind: "value",
    value: "FIELDS",
    help: "class=rt|be|idle and level=0 (first) to 7",
    sets: ["/process/ioPriority"],
  },
  "exec-cpu-affinity": {
    kind: "value",
    value: "FIELDS",
    help: "CPUs of what is executed in the running container: initial=0-1,final=2",
    sets: ["/process/execCPUAffinity"],
  },
  "memory-policy": {
    kind: "value",
    value: "MODE[:NODES]",
    help: "where memory comes from: bind:0-1 or interleave=static:0,1 or preferred:0 or local",
    sets: ["/linux/memoryPolicy"],
  },
  personality: {
    kind: "value",
    value: "DOMAIN",
    choices: ["LINUX", "LINUX32"],
    help: "LINUX32 makes the machine look 32-bit",
    sets: ["/linux/personality"],
  },
} satisfies ConfigFlagTable);
