import type { Digest } from "../../oci/image.ts";
import { defineCommand } from "../command.ts";
import { configFlags, platformFlag } from "../config/flags.ts";
import { refusedFlags, refusedWithoutRun } from "../config/refused.ts";
import { oneLine } from "../render/terminal.ts";
import { bytes, count } from "../render/value.ts";
import { givenPath, imageArgument } from "./shared.ts";

type BundleValue = {
  readonly bundle: string;
  readonly rootfs: string;
  readonly image: string;
  readonly manifest: Digest;
  readonly layers: number;
  readonly entries: number;
  readonly bytes: number;
  readonly args: readonly string[];
};

export const command = defineCommand({
  name: "bundle",
  group: "image to bundle",
  summary: "make an OCI bundle of an image: DIR/rootfs and a checked DIR/config.json",
  description:
    "Unpacks the layers of an image, verifying every digest, and writes the config.json that the image and the flags ask for; it has passed the schema and the lint. All or nothing: DIR must be new or empty, and an interrupted run leaves nothing.",
  arguments: [
    imageArgument,
    { name: "DIR", required: true, help: "the bundle's directory, new or empty" },
    {
      name: "COMMAND",
      many: true,
      help: "program and arguments instead of the image's; write -- before one with flags",
    },
  ],
  flags: { ...platformFlag, ...configFlags },
  refused: { ...refusedFlags, ...refusedWithoutRun },
  examples: [
    { line: "ocilab bundle busybox /tmp/b", says: "a bundle of the built-in image" },
    { line: "ocilab bundle --memory 64m --cap-drop ALL docker-archive:app.tar /tmp/b", says: "with limits" },
    { line: "ocilab bundle oci:layout:v1 /tmp/b -- sleep 100", says: "with another command" },
    { line: "runc run --bundle /tmp/b web", says: "any OCI runtime can run it" },
  ],
  async run(
    { flags, positionals: [reference = "", directory = "", ...rest] },
    context,
  ): Promise<{ value: BundleValue }> {
    const { bundleImage } = await import("../bundle.ts");
    return {
      value: await bundleImage(
        { reference, directory: givenPath(directory, "DIR"), command: rest, flags },
        context,
      ),
    };
  },
  render: (value) =>
    `${oneLine(value.bundle)}: ${count(value.entries, "entry", "entries")}, ${bytes(value.bytes)} from ${count(value.layers, "layer")} of ${oneLine(value.image)}; runs ${oneLine(value.args.join(" "))}\n`,
});
