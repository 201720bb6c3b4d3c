import { defineCommand } from "../command.ts";
import { oneLine } from "../render/terminal.ts";
import { bundleArgument, givenPath } from "./shared.ts";

export const command = defineCommand({
  name: "mount",
  group: "image to bundle",
  summary: "mount a bundle's rootfs again, after a restart of the machine",
  description:
    "Mounts the overlay at DIR/rootfs of a bundle that ocilab made: the unpacked layers of its image below, and on top what was written into it before, in DIR/overlay. One that is mounted already stays as it is.",
  arguments: [bundleArgument],
  flags: {},
  examples: [
    { line: "ocilab mount /tmp/b", says: "mount /tmp/b/rootfs" },
    { line: "ocilab mount --json .", says: "that of the current directory; say what was done as JSON" },
  ],
  async run({ positionals: [directory = ""] }, { configuration, signal }) {
    const { mountBundle } = await import("../../bundle/mounting.ts");
    const path = givenPath(directory, "DIR");
    return { value: await mountBundle(path, { signal, snapshots: configuration.snapshots }) };
  },
  render: ({ rootfs, layers, changed }) =>
    `${oneLine(rootfs)}: ${changed ? "mounted" : "was mounted already"}, ${layers === 1 ? "1 layer" : `${layers} layers`}\n`,
});
