import { parseContainerId } from "../../oci/container-id.ts";
import { defineCommand } from "../command.ts";
import { criuFlags, criuOptions } from "../criu.ts";
import { whereOf } from "../where.ts";
import { givenPath, idArgument } from "./shared.ts";

export const command = defineCommand({
  name: "restore",
  group: "bundle to container",
  summary: "make a container of processes that `checkpoint` saved",
  description:
    "Has the runtime make a container from criu's images, with the bundle that it had; it runs at once, in the background. Standard input, output and error are the container's from then on, unless a process of its own keeps it. Flags are runc's.",
  arguments: [idArgument],
  flags: {
    bundle: {
      kind: "value",
      short: "b",
      value: "DIR",
      help: "the bundle (default: that of the checkpointed container of this id, else the current directory)",
    },
    detach: {
      kind: "switch",
      short: "d",
      help: "a process of its own keeps it, as `run --detach` does (default: if it was kept before)",
    },
    ...criuFlags,
    "pid-file": { kind: "value", value: "FILE", help: "write the process id there" },
    "console-socket": {
      kind: "value",
      value: "SOCKET",
      help: "a listening unix socket that gets the terminal's master",
    },
    "no-pivot": { kind: "switch", help: "do not pivot_root into the rootfs (for a rootfs on a ramdisk)" },
  },
  examples: [
    { line: "ocilab restore web", says: "web, which `ocilab checkpoint web` has saved, goes on" },
    { line: "ocilab restore --bundle /tmp/b --image-path /tmp/saved web", says: "go on where it was saved" },
    { line: "ocilab restore -b /tmp/b --tcp-established web", says: "with its connections" },
  ],
  async run({ flags, positionals: [id = ""] }, context) {
    const { restoreContainer } = await import("../../container/checkpoint.ts");
    const checked = parseContainerId(id);
    const restore = {
      ...criuOptions(flags),
      pidFile: flags["pid-file"],
      consoleSocket: flags["console-socket"],
      noPivot: flags["no-pivot"],
      ...(context.json ? { stdout: 2 } : {}),
    };
    const bundle = flags.bundle === undefined ? undefined : givenPath(flags.bundle, "--bundle");
    const wish = { bundle, kept: flags.detach, restore };
    const { imagePath } = await restoreContainer(checked, { ...whereOf(context), ...wish });
    return { value: { id: checked, imagePath } };
  },
  render: () => "",
});
