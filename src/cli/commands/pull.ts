import type { Digest, Platform } from "../../oci/image.ts";
import { defineCommand } from "../command.ts";
import { registryFlags } from "../config/flags.ts";
import { oneLine } from "../render/terminal.ts";
import { bytes, count } from "../render/value.ts";
import { imageArgument, parseCount } from "./shared.ts";

export type PullValue = {
  /** In docker's long form. */
  readonly name: string;
  readonly manifest: Digest;
  readonly config: Digest;
  readonly platform: Platform;
  /** Blobs (layers, configuration, manifest) that came, and that were there. */
  readonly fetched: number;
  readonly there: number;
  /** Bytes that came. */
  readonly bytes: number;
};

export const command = defineCommand({
  name: "pull",
  group: "image to bundle",
  summary: "bring an image into the store, whole and verified",
  description:
    "Fetches an image's manifest, configuration and layers into HOME/store, several layers at once, each verified by its digest while it is written. What is there already is not fetched again; a download that was cut is continued by the next pull. Commands find the image by its name from then on.",
  arguments: [imageArgument],
  flags: {
    ...registryFlags,
    name: { kind: "value", value: "NAME[:TAG]", help: "the name in the store (default: the image's own)" },
    parallel: { kind: "value", value: "N", help: "layers fetched at once (default: 3)" },
    verify: { kind: "switch", help: "read what is in the store already, and fetch again what is damaged" },
  },
  examples: [
    { line: "ocilab pull alpine:3.20", says: "from Docker Hub" },
    { line: "ocilab pull docker-archive:app.tar", says: "what docker save wrote" },
    { line: "ocilab pull --name app:1 oci:layout:v1", says: "under another name" },
    { line: "ocilab pull --verify oci:layout:v1", says: "mend a damaged store" },
  ],
  async run({ flags, positionals: [reference = ""] }, context): Promise<{ value: PullValue }> {
    const { pullToStore } = await import("../pull.ts");
    const parallel = parseCount(flags.parallel, { flag: "--parallel", most: 16 });
    return { value: await pullToStore({ reference, flags, parallel }, context) };
  },
  render: ({ name, manifest, fetched, there, bytes: size }) =>
    `${oneLine(name)}\n  ${manifest}, ${count(fetched, "blob")} fetched (${bytes(size)}), ${there} there already\n`,
});
