import type { Digest, Platform } from "../../oci/image.ts";
import { formatPlatform } from "../../oci/platform.ts";
import { defineCommand } from "../command.ts";
import { allPlatformsFlag, registryFlags } from "../config/flags.ts";
import { oneLine } from "../render/terminal.ts";
import { bytes, count } from "../render/value.ts";
import { imageArgument, parseCount } from "./shared.ts";

export type PullValue = {
  /** In docker's long form. */
  readonly name: string;
  /** Of the manifest; with --all-platforms of the index, where it is one. */
  readonly manifest: Digest;
  /** Null for an index. */
  readonly config: Digest | null;
  readonly platform: Platform | null;
  /** The images that have the name now: one, or those of an index. */
  readonly images: readonly {
    readonly manifest: Digest;
    readonly config: Digest;
    readonly platform: Platform;
  }[];
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
    "Fetches an image's manifest, configuration and layers into HOME/store, several layers at once, each verified by its digest while it is written. What is there already is not fetched again; a download that was cut is continued by the next pull. Commands find the image by its name from then on. Of an image with several platforms it brings this machine's, or that of --platform; with --all-platforms the whole index, attestations too, which `image export --all-platforms` writes again.",
  arguments: [imageArgument],
  flags: {
    ...registryFlags,
    ...allPlatformsFlag,
    name: { kind: "value", value: "NAME[:TAG]", help: "the name in the store (default: the image's own)" },
    parallel: { kind: "value", value: "N", help: "layers fetched at once (default: 3)" },
    verify: { kind: "switch", help: "read what is in the store already, and fetch again what is damaged" },
  },
  examples: [
    { line: "ocilab pull alpine:3.20", says: "from Docker Hub" },
    { line: "ocilab pull --all-platforms alpine:3.20", says: "the whole index, to export it again" },
    { line: "ocilab pull docker-archive:app.tar", says: "what docker save wrote" },
    { line: "ocilab pull --verify oci:layout:v1", says: "mend a damaged store" },
  ],
  async run({ flags, positionals: [reference = ""] }, context): Promise<{ value: PullValue }> {
    const { pullToStore } = await import("../pull.ts");
    const parallel = parseCount(flags.parallel, { flag: "--parallel", most: 16 });
    return { value: await pullToStore({ reference, flags, parallel }, context) };
  },
  render: ({ name, manifest, config, images, fetched, there, bytes: size }) => {
    const platforms = images.map(({ platform }) => formatPlatform(platform)).join(", ");
    const whole = config === null ? `  ${count(images.length, "platform")}: ${platforms}\n` : "";
    return `${oneLine(name)}\n  ${manifest}, ${count(fetched, "blob")} fetched (${bytes(size)}), ${there} there already\n${whole}`;
  },
});
