import { defineCommand } from "../command.ts";
import { idArgument, parseCount, parseInterval } from "./shared.ts";

export const command = defineCommand({
  name: "top",
  group: "what the kernel says",
  summary: "show live which processes of a container are busy",
  description:
    "Shows the processes of a container, the busiest first, with the CPU each took since the picture before (100 % is one CPU) and its resident memory. On a terminal it redraws until q is pressed or the container ends; elsewhere it prints a table each time, under --json a document a line.",
  arguments: [idArgument],
  flags: {
    interval: { kind: "value", value: "S", help: "seconds between two pictures (default 1)" },
    count: { kind: "value", short: "n", value: "N", help: "end after N pictures" },
  },
  examples: [
    { line: "ocilab top web", says: "live" },
    { line: "ocilab top -n 2 web | cat", says: "two tables" },
  ],
  async run({ flags, positionals: [id = ""] }, context) {
    const interval = parseInterval(flags.interval);
    const most = parseCount(flags.count, { flag: "--count", most: 1_000_000 });
    const { topContainer } = await import("../top.ts");
    await topContainer(id, { context, interval, most });
    return { value: undefined };
  },
  render: () => "",
});
