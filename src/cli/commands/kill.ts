import { log } from "../../base/log.ts";
import { parseContainerId } from "../../oci/container-id.ts";
import { defineCommand } from "../command.ts";
import { whereOf } from "../where.ts";
import { idArgument } from "./shared.ts";

export const command = defineCommand({
  name: "kill",
  group: "bundle to container",
  summary: "send a signal to a container",
  description:
    "Sends a signal to the container's first process: the named one, else the one that the image or --stop-signal chose to end it (the annotation org.opencontainers.image.stopSignal), else TERM. A first process that has no handler for a signal does not get it: the kernel protects pid 1 of a pid namespace from signals of its own making; KILL and STOP from outside always arrive.",
  arguments: [
    idArgument,
    { name: "SIGNAL", help: "name or number: TERM, KILL, 9, SIGUSR1, RTMIN+3 (default: the stop signal)" },
  ],
  flags: {
    all: { kind: "switch", short: "a", help: "to every process in the container, not the first alone" },
  },
  examples: [
    { line: "ocilab kill web", says: "ask it to end" },
    { line: "ocilab kill web KILL", says: "end it" },
    { line: "ocilab kill --all web USR1", says: "SIGUSR1 to all its processes" },
  ],
  async run({ flags, positionals: [id = "", given] }, context) {
    const { parseSignal, signalName } = await import("../../runtime/signals.ts");
    const named = given === undefined ? undefined : parseSignal(given);
    const { runtimeOf } = await import("../../container/find.ts");
    const { stopSignalAnnotation } = await import("../../spec/options/identity.ts");
    const { whyDropped } = await import("../../container/evidence/process.ts");
    const checked = parseContainerId(id);
    const runtime = await runtimeOf(checked, whereOf(context));
    const state = named === 9 ? undefined : await runtime.find(checked, { signal: context.signal });
    const signal = named ?? parseSignal(state?.annotations?.[stopSignalAnnotation] ?? "TERM");
    const dropped = whyDropped(signal, state, runtime);
    await runtime.kill(checked, signal, { signal: context.signal, all: flags.all });
    if (dropped !== undefined) log.warn(`the first process goes on: ${dropped}; KILL always ends it`);
    return { value: { id: checked, signal, name: signalName(signal), all: flags.all } };
  },
  render: () => "",
});
