import { parseContainerId } from "../../oci/container-id.ts";
import { defineCommand } from "../command.ts";
import { whereOf } from "../where.ts";
import { givenPath, idArgument, parseDescriptors } from "./shared.ts";

export const command = defineCommand({
  name: "create",
  group: "bundle to container",
  summary: "create a container from a bundle; its process waits for start",
  description:
    "Has the runtime make the container's namespaces, cgroup, mounts and limits. Its process exists afterwards and waits: the moment to look at it with inspect and audit. Standard input, output and error are the container's from then on.",
  arguments: [idArgument],
  flags: {
    bundle: { kind: "value", short: "b", value: "DIR", help: "the bundle (default: the current directory)" },
    "console-socket": {
      kind: "value",
      value: "SOCKET",
      help: "a listening unix socket that gets the terminal's master (config.json must ask for a terminal)",
    },
    "pidfd-socket": {
      kind: "value",
      value: "SOCKET",
      help: "a listening unix socket that gets a pidfd of the process (runc from 1.2 on)",
    },
    "pid-file": { kind: "value", value: "FILE", help: "write the process id there" },
    "no-pivot": { kind: "switch", help: "do not pivot_root into the rootfs (for a rootfs on a ramdisk)" },
    "no-new-keyring": { kind: "switch", help: "let the container inherit our session keyring" },
    "preserve-fds": {
      kind: "value",
      value: "N",
      help: "pass N more file descriptors, 3 and up (default: 0)",
    },
  },
  examples: [
    { line: "ocilab bundle busybox /tmp/b -- sleep 100", says: "first make a bundle" },
    { line: "ocilab create --bundle /tmp/b web", says: "create the container web from it" },
    { line: "ocilab create -b /tmp/b --pid-file web.pid web", says: "and write its pid to a file" },
  ],
  async run({ flags, positionals: [id = ""] }, context) {
    const { createContainer } = await import("../../container/lifecycle.ts");
    const state = await createContainer(parseContainerId(id), givenPath(flags.bundle ?? ".", "--bundle"), {
      ...whereOf(context),
      create: {
        pidFile: flags["pid-file"],
        consoleSocket: flags["console-socket"],
        pidfdSocket: flags["pidfd-socket"],
        noPivot: flags["no-pivot"],
        noNewKeyring: flags["no-new-keyring"],
        preserveFds: parseDescriptors(flags["preserve-fds"] ?? "0", "create"),
        ...(context.json ? { stdout: 2 } : {}),
      },
    });
    return { value: state };
  },
  render: () => "",
});
