import { parseContainerId } from "../../oci/container-id.ts";
import { defineCommand } from "../command.ts";
import { parseInterval } from "./shared.ts";

export const command = defineCommand({
  name: "stats",
  group: "bundle to container",
  summary: "show what containers use: memory, CPU, processes, input and output",
  description:
    "Shows the usage of the named containers, else of every running one, as the kernel's files of their cgroups say: redrawn in a terminal until you press q, elsewhere a table for each interval, until all have ended. Under --json a document a line for each container.",
  arguments: [{ name: "ID", many: true, help: "containers; none: all that run" }],
  flags: {
    interval: { kind: "value", value: "S", help: "seconds between two looks (default 1)" },
    "no-stream": { kind: "switch", help: "one table, and end" },
  },
  examples: [
    { line: "ocilab stats", says: "all that run" },
    { line: "ocilab stats --no-stream web worker", says: "one look at two" },
  ],
  async run({ flags, positionals }, context) {
    const { showStats } = await import("../stats.ts");
    const ids = positionals.map((text) => parseContainerId(text));
    const interval = parseInterval(flags.interval);
    await showStats(ids, { context, interval, once: flags["no-stream"] });
    return { value: undefined };
  },
  render: () => "",
});
