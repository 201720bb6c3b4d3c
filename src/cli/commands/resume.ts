import { defineCommand } from "../command.ts";
import { renderFrozen } from "../render/frozen.ts";
import { idArgument } from "./shared.ts";

export const command = defineCommand({
  name: "resume",
  group: "bundle to container",
  summary: "let a paused container go on",
  description:
    "Has the runtime thaw the container's cgroup, and reads from the kernel whether it is. Where the kernel says that it is not, the exit code is 3.",
  arguments: [idArgument],
  flags: {},
  examples: [
    { line: "ocilab resume web", says: "let it go on" },
    { line: "ocilab resume --json web", says: "the freezer's answer, with its file" },
  ],
  async run({ positionals: [id = ""] }, context) {
    const { freeze } = await import("../freeze.ts");
    const value = await freeze("resume", id, context);
    return { value, exit: value.frozen === true ? 3 : 0 };
  },
  render: (value, terminal) => renderFrozen(value, { asked: false, terminal }),
});
