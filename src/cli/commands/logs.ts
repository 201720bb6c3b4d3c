import { parseContainerId } from "../../oci/container-id.ts";
import { defineCommand } from "../command.ts";
import { whereOf } from "../where.ts";
import { idArgument, parseCount } from "./shared.ts";

export const command = defineCommand({
  name: "logs",
  group: "bundle to container",
  summary: "print what a detached container has printed",
  description:
    "Prints the log of a container that was started by `ocilab run --detach`, byte for byte: its standard output to ours, its standard error to ours. The log holds at least the latest 16 MiB (--log-size of run). With --json every piece is a line of its own: time, stream and text.",
  arguments: [idArgument],
  flags: {
    follow: { kind: "switch", short: "f", help: "go on with what comes, until the container ends" },
    tail: { kind: "value", short: "n", value: "N", help: "begin with the last N lines" },
    timestamps: { kind: "switch", short: "t", help: "begin each line with its time" },
  },
  examples: [
    { line: "ocilab logs web", says: "all that is kept" },
    { line: "ocilab logs -f -n 10 web", says: "the last ten lines and what comes" },
  ],
  async run({ flags, positionals: [id = ""] }, context) {
    const { printLogs } = await import("../logs.ts");
    const tail = parseCount(flags.tail, { flag: "--tail", most: 1_000_000 });
    const checked = parseContainerId(id);
    await printLogs(checked, { ...whereOf(context), ...flags, tail, json: context.json });
    return { value: undefined };
  },
  render: () => "",
});
