import { parseContainerId } from "../../oci/container-id.ts";
import { defineCommand } from "../command.ts";
import { whereOf } from "../where.ts";
import { idArgument } from "./shared.ts";

export const command = defineCommand({
  name: "start",
  group: "bundle to container",
  summary: "run the program of a created container",
  description:
    "Lets the process that `create` left waiting go on to the program that config.json names. Prints nothing, as runc does.",
  arguments: [idArgument],
  flags: {},
  examples: [
    { line: "ocilab start web", says: "start the container web" },
    { line: "ocilab --runtime crun start web", says: "the same, driven by crun" },
  ],
  async run({ positionals: [id = ""] }, context) {
    const { startContainer } = await import("../../container/start.ts");
    const checked = parseContainerId(id);
    await startContainer(checked, whereOf(context));
    return { value: { id: checked, started: true } };
  },
  render: () => "",
});
