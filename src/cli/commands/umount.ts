import { defineCommand } from "../command.ts";
import { oneLine } from "../render/terminal.ts";
import { bundleArgument, givenPath } from "./shared.ts";

export const command = defineCommand({
  name: "umount",
  group: "image to bundle",
  summary: "unmount a bundle's rootfs, and with --delete remove the bundle",
  description:
    "Unmounts the overlay at DIR/rootfs of a bundle that ocilab made; what was written into it stays in DIR/overlay for `ocilab mount`. With --delete the bundle goes as a whole, also one with a rootfs of plain files, and never anything that is mounted in it or that is no part of a bundle. Refused while a container that ocilab made of it exists.",
  arguments: [bundleArgument],
  flags: { delete: { kind: "switch", help: "remove the bundle as well, and what was written into it" } },
  examples: [
    { line: "ocilab umount /tmp/b", says: "unmount /tmp/b/rootfs" },
    { line: "ocilab umount --delete /tmp/b", says: "and remove the bundle" },
  ],
  async run({ flags, positionals: [directory = ""] }, context) {
    const { unmountBundle } = await import("../../container/unmounting.ts");
    const { configuration, signal } = context;
    const path = givenPath(directory, "DIR");
    return { value: await unmountBundle(path, { configuration, signal, delete: flags.delete }) };
  },
  render: ({ bundle, rootfs, unmounted, deleted }) => {
    if (deleted) return `${oneLine(bundle)}: removed\n`;
    return `${oneLine(rootfs)}: ${unmounted ? "unmounted" : "was not mounted"}\n`;
  },
});
