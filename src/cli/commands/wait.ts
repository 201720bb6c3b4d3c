import { parseContainerId } from "../../oci/container-id.ts";
import { defineCommand } from "../command.ts";
import { whereOf } from "../where.ts";
import { idArgument } from "./shared.ts";

export const command = defineCommand({
  name: "wait",
  group: "bundle to container",
  summary: "wait until a container has ended, and print its exit code",
  description:
    "Waits until the container's first process has ended and prints its exit code, 128 + the signal's number when one ended it. A detached container's exit code is what its keeper wrote down. Of every other container the code is read from the kernel, which tells it to strangers while nobody has reaped the process and from Linux 6.15 on also afterwards; else it says why it is not known, and the exit code of this command is 3.",
  arguments: [idArgument],
  flags: {},
  examples: [
    { line: "ocilab wait web", says: "wait for web" },
    { line: "code=$(ocilab wait web)", says: "its exit code in a script" },
  ],
  async run({ positionals: [id = ""] }, context) {
    const { waitContainer } = await import("../../container/waiting.ts");
    const value = await waitContainer(parseContainerId(id), whereOf(context));
    return { value, exit: value.exitCode === null ? 3 : 0 };
  },
  render: ({ id, exitCode, why }) =>
    exitCode === null ? `${id} has ended, its exit code is not known: ${why}\n` : `${exitCode}\n`,
});
