import { defineCommand } from "../command.ts";
import { renderExplanations } from "../render/explanations.ts";
import { givenPath } from "./shared.ts";

export type ExplainValue = {
  readonly fields: readonly {
    readonly at: string;
    readonly says: string;
    /** Heading of the runtime specification. */
    readonly section: string;
    /** What a bundle has there, cut to a line; null without --bundle. */
    readonly value: string | null;
  }[];
};

export const command = defineCommand({
  name: "explain",
  group: "image to bundle",
  summary: "say what a field of config.json does, in a sentence, and where the specification defines it",
  description:
    "Explains the field at a JSON pointer and those directly below it; without a pointer, every field. With --bundle it goes through the fields that a bundle's config.json really has, with their values. `spec explain` is the same.",
  arguments: [{ name: "POINTER", help: "such as /process/capabilities or process.capabilities" }],
  flags: {
    bundle: { kind: "value", short: "b", value: "DIR", help: "explain what this bundle's config.json has" },
  },
  examples: [
    { line: "ocilab explain /linux/namespaces", says: "one field" },
    { line: "ocilab explain process.noNewPrivileges", says: "dots will do" },
    { line: "ocilab explain --bundle /tmp/b /process", says: "what a bundle asks, from /process on" },
  ],
  async run({ flags, positionals: [pointer] }): Promise<{ value: ExplainValue }> {
    const { explainBundle, explainPointer } = await import("../explain.ts");
    const fields =
      flags.bundle === undefined
        ? explainPointer(pointer)
        : explainBundle(givenPath(flags.bundle, "--bundle"), pointer);
    return { value: { fields } };
  },
  render: renderExplanations,
});
