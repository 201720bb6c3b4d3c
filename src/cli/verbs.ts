/**
 * Commands that stand in dist/verbs.cjs as well as in dist/cli.cjs: they pass one verb on to the runtime, use little of ocilab, and are what
 * scripts call in loops. Reading the smaller file takes them a third less time. They must not load a command that is not listed.
 */
export const verbs = [
  "delete",
  "kill",
  "list",
  "logs",
  "pause",
  "ps",
  "resume",
  "start",
  "state",
  "wait",
] as const satisfies readonly string[];
