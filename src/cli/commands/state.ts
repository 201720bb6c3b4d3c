import { parseContainerId } from "../../oci/container-id.ts";
import { formatJson } from "../../oci/json.ts";
import { defineCommand } from "../command.ts";
import { whereOf } from "../where.ts";
import { idArgument } from "./shared.ts";

export const command = defineCommand({
  name: "state",
  group: "bundle to container",
  summary: "print the state of a container as the runtime gives it",
  description:
    "Prints the state document of the runtime specification (runtime.md#state): id, status, bundle, and the pid while there is a process. It is JSON with and without --json.",
  arguments: [idArgument],
  flags: {},
  examples: [
    { line: "ocilab state web", says: "its state" },
    { line: "ocilab state web | jq .pid", says: "the pid alone" },
  ],
  async run({ positionals: [id = ""] }, context) {
    const { findContainer } = await import("../../container/find.ts");
    const { state } = await findContainer(parseContainerId(id), whereOf(context));
    return { value: state };
  },
  render: (state) => formatJson(state, { indent: 2 }),
});
