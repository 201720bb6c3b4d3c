import { defineCommand } from "../command.ts";
import { renderFrozen } from "../render/frozen.ts";
import { idArgument } from "./shared.ts";

export const command = defineCommand({
  name: "pause",
  group: "bundle to container",
  summary: "stop every process of a container by the freezer",
  description:
    "Has the runtime freeze the container's cgroup, and reads from the kernel whether it is frozen: its processes get no CPU time until `resume`. Where the kernel says that it is not, the exit code is 3.",
  arguments: [idArgument],
  flags: {},
  examples: [
    { line: "ocilab pause web", says: "stop it where it is" },
    { line: "ocilab inspect web", says: "look at it meanwhile" },
  ],
  async run({ positionals: [id = ""] }, context) {
    const { freeze } = await import("../freeze.ts");
    const value = await freeze("pause", id, context);
    return { value, exit: value.frozen === false ? 3 : 0 };
  },
  render: (value, terminal) => renderFrozen(value, { asked: true, terminal }),
});
