import type { Digest } from "../../oci/image.ts";
import { defineCommand } from "../command.ts";
import { rootlessFlags } from "../config/flags/rootless.ts";
import { asContainerFlag, configFlags, rootfsFlags, sourceFlags } from "../config/flags.ts";
import { refusedFlags, refusedWithoutRun } from "../config/refused.ts";
import { oneLine } from "../render/terminal.ts";
import { bytes, count } from "../render/value.ts";
import { givenPath, imageArgument } from "./shared.ts";

type BundleValue = {
  readonly bundle: string;
  readonly rootfs: string;
  readonly rootfsKind: "overlay" | "copied" | "unpacked";
  readonly image: string;
  readonly manifest: Digest;
  readonly layers: number;
  readonly reused: number;
  readonly entries: number;
  readonly bytes: number;
  readonly args: readonly string[];
};

export const command = defineCommand({
  name: "bundle",
  group: "image to bundle",
  summary: "make an OCI bundle of an image: DIR/rootfs and a checked DIR/config.json",
  description:
    "Unpacks the layers of an image, verifying every digest, and writes the config.json that the image and the flags ask for; it has passed the schema and the lint. All or nothing: DIR must be new or empty, and an interrupted run leaves nothing. Each layer is unpacked once, into ocilab's store: DIR/rootfs is an overlay mount of what is there, and what is written into it lies in DIR/overlay; `ocilab umount` takes it away, `ocilab mount` brings it back after a restart. Where overlayfs cannot, and with --copy, it is a directory of its own files.",
  arguments: [
    imageArgument,
    { name: "DIR", required: true, help: "the bundle's directory, new or empty" },
    {
      name: "COMMAND",
      many: true,
      help: "program and arguments instead of the image's; flags end here",
    },
  ],
  flags: { ...sourceFlags, ...asContainerFlag, ...rootfsFlags, ...rootlessFlags, ...configFlags },
  stopAt: 3,
  refused: { ...refusedFlags, ...refusedWithoutRun },
  examples: [
    { line: "ocilab bundle busybox /tmp/b -- sleep 100", says: "the built-in image, with a command" },
    { line: "ocilab bundle --memory 64m --cap-drop ALL docker-archive:app.tar /tmp/b", says: "with limits" },
    { line: "ocilab umount --delete /tmp/b", says: "unmount it and remove it" },
    { line: "runc run --bundle /tmp/b web", says: "any OCI runtime can run it" },
  ],
  async run(
    { flags, positionals: [reference = "", directory = "", ...rest] },
    context,
  ): Promise<{ value: BundleValue }> {
    const { startEarly } = await import("../../image/layer/launch.ts");
    const asRoot = process.geteuid?.() === 0 && !flags.rootless && !flags["single-id"];
    using _helper = flags.copy && asRoot ? startEarly() : undefined;
    const { bundleImage } = await import("../bundle.ts");
    return {
      value: await bundleImage(
        { reference, directory: givenPath(directory, "DIR"), command: rest, flags },
        context,
      ),
    };
  },
  render: (value) =>
    `${oneLine(value.bundle)}: ${count(value.entries, "entry", "entries")}, ${bytes(value.bytes)} from ${count(value.layers, "layer")} of ${oneLine(value.image)}${rootfsSaid(value)}; runs ${oneLine(value.args.join(" "))}\n`,
});

function rootfsSaid({ rootfsKind, reused, layers }: BundleValue): string {
  const before = reused === 0 ? "" : `, ${reused === layers ? "" : `${reused} `}unpacked before`;
  return rootfsKind === "overlay" ? `, an overlay mount${before}` : "";
}
