import { parseContainerId } from "../../oci/container-id.ts";
import { defineCommand } from "../command.ts";
import { idArgument, parseInterval } from "./shared.ts";

export const command = defineCommand({
  name: "events",
  group: "bundle to container",
  summary: "follow what happens to a container: usage, out of memory, end",
  description:
    "Prints a line for each event until the container ends or you press Ctrl-C: its usage of memory, CPU, processes, input and output and the pressure on them at once and then every interval; each time the kernel kills one of its processes for lack of memory; and its end. The kernel's files of its cgroup are read by ocilab itself, so that this works with every runtime; --json prints a document a line and names the file of each number.",
  arguments: [idArgument],
  flags: {
    interval: { kind: "value", value: "S", help: "seconds between two lines of usage (default 5)" },
    stats: { kind: "switch", help: "print the usage once, and end" },
  },
  examples: [
    { line: "ocilab events web", says: "until web ends" },
    { line: "ocilab --json events --stats web", says: "its usage now, with the files" },
    { line: "ocilab --json events web | jq -c 'select(.type==\"oom\")'", says: "out of memory alone" },
  ],
  async run({ flags, positionals: [id = ""] }, context) {
    const { printEvents } = await import("../events.ts");
    const interval = flags.interval === undefined ? 5000 : parseInterval(flags.interval);
    await printEvents(parseContainerId(id), { context, interval, once: flags.stats });
    return { value: undefined };
  },
  render: () => "",
});
