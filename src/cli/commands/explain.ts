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
  /** What the message of --error means; null without one. */
  readonly error: {
    readonly cause: string;
    readonly code: string;
    readonly says: string;
    readonly tries: string;
    readonly shows: string | null;
    readonly evidence: readonly { readonly source: string; readonly says: string }[];
  } | null;
};

export const command = defineCommand({
  name: "explain",
  group: "image to bundle",
  summary:
    "say what a field of config.json does and where the specification defines it, or what an error means",
  description:
    "Explains the field at a JSON pointer and those directly below it; without arguments, every field. A word such as CAP_NET_RAW, nosuid or SCMP_ACT_ERRNO is explained as well. With a config (a file, a bundle, - or a container) it goes through the fields that this one really has, with their values and what they mean. `spec explain` is the same. With --error it says what a message of runc, crun, runsc or docker means and what to do, and with a bundle or a container what these show of the cause.",
  arguments: [
    { name: "CONFIG", help: "a config.json, a bundle, - or a container; or left out" },
    { name: "POINTER", help: "such as /process/capabilities or process.capabilities; or a word" },
  ],
  flags: {
    bundle: { kind: "value", short: "b", value: "DIR", help: "the same as CONFIG" },
    error: {
      kind: "value",
      value: "TEXT",
      help: "a message that a runtime printed: what it means, what to do (docs/runtime-errors.md)",
    },
  },
  examples: [
    { line: "ocilab explain /linux/namespaces", says: "one field" },
    { line: "ocilab explain CAP_SYS_ADMIN", says: "one word" },
    { line: "ocilab spec explain /tmp/b /process", says: "what a bundle asks, from /process on" },
    { line: "ocilab explain --error 'exec format error' /tmp/b", says: "what an error means, here" },
  ],
  async run({ flags, positionals }, context): Promise<{ value: ExplainValue }> {
    const { explain } = await import("../explain.ts");
    const bundle = flags.bundle === undefined ? undefined : givenPath(flags.bundle, "--bundle");
    if (flags.error !== undefined) {
      const { explainError } = await import("../explain-error.ts");
      const error = await explainError(flags.error, bundle ?? positionals[0], context);
      return { value: { fields: [], error } };
    }
    return { value: { fields: await explain({ bundle, words: positionals }, context), error: null } };
  },
  render: renderExplanations,
});
