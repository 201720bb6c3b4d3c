import { parseContainerId } from "../../oci/container-id.ts";
import { defineCommand } from "../command.ts";
import { whereOf } from "../where.ts";
import { idArgument } from "./shared.ts";

export const command = defineCommand({
  name: "delete",
  group: "bundle to container",
  summary: "remove a stopped container",
  description:
    "Removes what the runtime holds for a container: its state directory and its cgroup; and ocilab's record of it. The bundle stays. With --force a running container is killed first, and one that does not exist is no error.",
  arguments: [idArgument],
  flags: { force: { kind: "switch", short: "f", help: "kill it first if it still runs" } },
  examples: [
    { line: "ocilab delete web", says: "remove the stopped container web" },
    { line: "ocilab delete --force web", says: "whatever its state" },
  ],
  async run({ flags, positionals: [id = ""] }, context) {
    const { deleteContainer } = await import("../../container/lifecycle.ts");
    const checked = parseContainerId(id);
    await deleteContainer(checked, { ...whereOf(context), force: flags.force });
    return { value: { id: checked, deleted: true } };
  },
  render: () => "",
});
