import { parseContainerId } from "../../oci/container-id.ts";
import { defineCommand } from "../command.ts";
import { whereOf } from "../where.ts";
import { idArgument } from "./shared.ts";

export const command = defineCommand({
  name: "kill",
  group: "bundle to container",
  summary: "send a signal to a container",
  description:
    "Sends a signal, TERM unless another is named, to the container's first process. A first process that has no handler for a signal does not get it: the kernel protects pid 1 of a pid namespace from signals of its own making; KILL and STOP from outside always arrive.",
  arguments: [
    idArgument,
    { name: "SIGNAL", help: "name or number: TERM (default), KILL, 9, SIGUSR1, RTMIN+3" },
  ],
  flags: {
    all: { kind: "switch", short: "a", help: "to every process in the container, not the first alone" },
  },
  examples: [
    { line: "ocilab kill web", says: "ask it to end" },
    { line: "ocilab kill web KILL", says: "end it" },
    { line: "ocilab kill --all web USR1", says: "SIGUSR1 to all its processes" },
  ],
  async run({ flags, positionals: [id = "", given = "TERM"] }, context) {
    const { parseSignal, signalName } = await import("../../runtime/signals.ts");
    const signal = parseSignal(given);
    const { runtimeOf } = await import("../../container/find.ts");
    const checked = parseContainerId(id);
    const runtime = await runtimeOf(checked, whereOf(context));
    await runtime.kill(checked, signal, { signal: context.signal, all: flags.all });
    return { value: { id: checked, signal, name: signalName(signal), all: flags.all } };
  },
  render: () => "",
});
