import type { ConfigDifference, PathDifference } from "../../../image/contents/differences.ts";
import { defineCommand } from "../../command.ts";
import { limitFlag, sourceFlags } from "../../config/flags.ts";
import { renderImageDiff } from "../../render/image-diff.ts";
import { imageArgument } from "../shared.ts";

export type ImageDiffValue = {
  readonly before: string;
  readonly after: string;
  readonly paths: readonly PathDifference[];
  readonly config: readonly ConfigDifference[];
};

export const command = defineCommand({
  name: "image diff",
  group: "image to bundle",
  summary: "show how the files and the configuration of two images differ",
  description:
    "Compares the root filesystems that two images unpack to, path by path: what is added, deleted and changed, and what of it (content, mode, owner, link target, device, attributes, type), then their configurations. It reads the layers and unpacks nothing; layers that both begin with are read once. It ends with 3 when they differ.",
  arguments: [imageArgument, { ...imageArgument, help: "the other one, in any of the same forms" }],
  flags: {
    ...sourceFlags,
    ...limitFlag,
    times: { kind: "switch", help: "paths count as changed when only their times differ" },
    files: { kind: "switch", help: "list the paths inside directories that are added or deleted whole" },
  },
  examples: [
    { line: "ocilab image diff alpine:3.19 alpine:3.20", says: "two versions" },
    { line: "ocilab image diff docker-archive:old.tar docker-archive:new.tar", says: "two builds" },
  ],
  async run({ flags, positionals: [before = "", after = ""] }, context) {
    const { diffImages } = await import("../../image-diff.ts");
    const value = await diffImages({ before, after, flags }, context);
    return { value, exit: value.paths.length + value.config.length === 0 ? 0 : 3 };
  },
  render: renderImageDiff,
});
