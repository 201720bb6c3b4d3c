import { resolve } from "node:path";
import { parseContainerId } from "../../oci/container-id.ts";
import { defineCommand } from "../command.ts";
import { criuFlags, criuOptions } from "../criu.ts";
import { whereOf } from "../where.ts";
import { idArgument } from "./shared.ts";

export const command = defineCommand({
  name: "checkpoint",
  group: "bundle to container",
  summary: "save the processes of a running container in files",
  description:
    "Has the runtime save the container's processes and memory by criu, which must be installed; they end unless --leave-running is given. `restore` makes them anew from the files, in the bundle that the container had, so that stays. Flags are runc's.",
  arguments: [idArgument],
  flags: {
    ...criuFlags,
    "leave-running": { kind: "switch", help: "let the container go on" },
    "pre-dump": { kind: "switch", help: "save memory only and let it go on, for a quicker checkpoint later" },
    "parent-path": {
      kind: "value",
      value: "DIR",
      help: "images of an earlier pre-dump, relative to the images",
    },
    "page-server": { kind: "value", value: "ADDRESS:PORT", help: "a criu page server that takes the memory" },
  },
  examples: [
    { line: "ocilab checkpoint --image-path /tmp/saved web", says: "save web, and end it" },
    { line: "ocilab checkpoint --leave-running web", says: "save it and let it go on" },
  ],
  async run({ flags, positionals: [id = ""] }, context) {
    const { checkpointContainer } = await import("../../container/checkpoint.ts");
    const checked = parseContainerId(id);
    const given = criuOptions(flags);
    const checkpoint = {
      ...given,
      imagePath: given.imagePath ?? resolve("checkpoint"),
      leaveRunning: flags["leave-running"],
      preDump: flags["pre-dump"],
      parentPath: flags["parent-path"],
      pageServer: flags["page-server"],
    };
    await checkpointContainer(checked, { ...whereOf(context), checkpoint });
    const running = flags["leave-running"] || flags["pre-dump"];
    return { value: { id: checked, imagePath: checkpoint.imagePath, running } };
  },
  render: () => "",
});
