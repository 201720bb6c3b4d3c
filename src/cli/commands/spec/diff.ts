import { defineCommand } from "../../command.ts";
import { renderDifferences } from "../../render/differences.ts";

/** What `spec diff` returns; `a` and `b` in the differences are what each config asks, null where it asks nothing. */
export type SpecDiffValue = {
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
  readonly differences: readonly {
    readonly group: string;
    readonly what: string;
    readonly at: string;
    readonly a: unknown;
    readonly b: unknown;
    readonly says: string;
    readonly section: string | null;
  }[];
  /** The JSON Patch that makes B's text of A's; null without --patch. */
  readonly patch: readonly unknown[] | null;
};

export const command = defineCommand({
  name: "spec diff",
  group: "image to bundle",
  summary: "compare two configs by what they ask, not by their text",
  description:
    "Says what two configs ask differently, each with a sentence about what that means: order, grouping, written-out defaults and other ways to say the same are no difference. A and B are files, bundles, - for standard input or ids of containers; what Docker, podman or containerd wrote will do. The exit code is 0 when they ask the same, 3 when not.",
  arguments: [
    { name: "A", required: true, help: "a config.json, a bundle, - or a container" },
    { name: "B", required: true, help: "the other" },
  ],
  flags: {
    patch: {
      kind: "switch",
      help: "print the JSON Patch that makes the one of the other instead, for --spec-patch; everything counts, text too",
    },
  },
  examples: [
    { line: "ocilab spec diff /tmp/a /tmp/b", says: "two bundles" },
    { line: "ocilab spec | ocilab spec diff - /tmp/b", says: "what a bundle asks beyond the defaults" },
    {
      line: "ocilab spec diff --patch /tmp/a /tmp/b > p.json",
      says: "a patch that makes the one of the other",
    },
  ],
  async run(
    { flags, positionals: [a = "", b = ""] },
    context,
  ): Promise<{ value: SpecDiffValue; exit: number }> {
    const { diffConfigs } = await import("../../spec-diff.ts");
    const value = await diffConfigs({ a, b, patch: flags.patch }, context);
    return { value, exit: value.same ? 0 : 3 };
  },
  render: renderDifferences,
});
