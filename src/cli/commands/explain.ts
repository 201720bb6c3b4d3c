import { defineCommand } from "../command.ts";
import { renderExplanations } from "../render/explanations.ts";
import { givenPath } from "./shared.ts";

export type ExplainValue = {
  readonly fields: readonly {
    readonly at: string;
    readonly says: string;
    /** Heading of the runtime specification. */
    readonly section: string;
    /** What the config has there, cut to a line; null where no config is given. */
    readonly value: string | null;
    /** What the words of the value mean; without a config, all words that the field knows. */
    readonly notes: readonly { readonly value: string; readonly says: string }[];
  }[];
};

export const command = defineCommand({
  name: "explain",
  group: "image to bundle",
  summary: "say what a field of config.json does, in a sentence, and where the specification defines it",
  description:
    "Explains the field at a JSON pointer and those directly below it; without arguments, every field. A word such as CAP_NET_RAW, nosuid or SCMP_ACT_ERRNO is explained as well. With a config (a file, a bundle, - or a container) it goes through the fields that this one really has, with their values and what they mean. `spec explain` is the same.",
  arguments: [
    { name: "CONFIG", help: "a config.json, a bundle, - or a container; or left out" },
    { name: "POINTER", help: "such as /process/capabilities or process.capabilities; or a word" },
  ],
  flags: {
    bundle: { kind: "value", short: "b", value: "DIR", help: "the same as CONFIG" },
  },
  examples: [
    { line: "ocilab explain /linux/namespaces", says: "one field" },
    { line: "ocilab explain process.noNewPrivileges", says: "dots will do" },
    { line: "ocilab explain CAP_SYS_ADMIN", says: "one word" },
    { line: "ocilab spec explain /tmp/b /process", says: "what a bundle asks, from /process on" },
  ],
  async run({ flags, positionals }, context): Promise<{ value: ExplainValue }> {
    const { explain } = await import("../explain.ts");
    const bundle = flags.bundle === undefined ? undefined : givenPath(flags.bundle, "--bundle");
    return { value: { fields: await explain({ bundle, words: positionals }, context) } };
  },
  render: renderExplanations,
});
