import { resolve } from "node:path";
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
    "Has the runtime make a container of this id from criu's images, with the bundle that it had; it runs at once, in the background. Standard input, output and error are the container's from then on. Flags are runc's.",
  arguments: [idArgument],
  flags: {
    bundle: { kind: "value", short: "b", value: "DIR", help: "the bundle (default: the current directory)" },
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
    { line: "ocilab restore --bundle /tmp/b --image-path /tmp/saved web", says: "go on where it was saved" },
    { line: "ocilab restore -b /tmp/b --tcp-established web", says: "with its connections" },
  ],
  async run({ flags, positionals: [id = ""] }, context) {
    const { restoreContainer } = await import("../../container/lifecycle.ts");
    const checked = parseContainerId(id);
    const options = {
      ...criuOptions(flags),
      pidFile: flags["pid-file"],
      consoleSocket: flags["console-socket"],
      noPivot: flags["no-pivot"],
      ...(context.json ? { stdout: 2 } : {}),
    };
    const bundle = resolve(givenPath(flags.bundle ?? ".", "--bundle"));
    await restoreContainer(checked, bundle, { ...whereOf(context), restore: options });
    return { value: { id: checked, imagePath: options.imagePath } };
  },
  render: () => "",
});
