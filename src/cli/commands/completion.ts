import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { didYouMean } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { type Candidate, complete } from "../completion.ts";
import { completionScripts, type Shell, shells } from "../completion-scripts.ts";

type CompletionValue =
  | { readonly shell: Shell; readonly script: string }
  | { readonly candidates: readonly Candidate[] };

export const command = defineCommand({
  name: "completion",
  group: "this tool",
  summary: "print the script that lets a shell complete commands, flags and container ids",
  description:
    "Prints a script for bash, zsh or fish; source it from the shell's start file. The script asks ocilab itself for what can follow, so it never grows old.",
  arguments: [{ name: "SHELL", help: "bash, zsh or fish; under --words the words typed so far", many: true }],
  flags: {
    words: { kind: "switch", help: "print what the last of the words after -- can become, one a line" },
  },
  examples: [
    { line: "source <(ocilab completion bash)", says: "complete in this bash" },
    {
      line: "ocilab completion fish > ~/.config/fish/completions/ocilab.fish",
      says: "complete in every fish",
    },
  ],
  async run({ flags, positionals }, context): Promise<{ value: CompletionValue }> {
    if (flags.words) {
      const containerIds = async () => {
        const { listRecords } = await import("../../container/records.ts");
        return listRecords(context.configuration).map(({ id }) => id);
      };
      const imageNames = async () => {
        const { storedNames } = await import("../../image/store/listing.ts");
        const { storeAt } = await import("../../image/store/store.ts");
        return storedNames(storeAt(context.configuration.store));
      };
      return { value: { candidates: await complete(positionals, { containerIds, imageNames }) } };
    }
    const shell = shellOf(positionals);
    return { value: { shell, script: completionScripts[shell] } };
  },
  render(value) {
    if ("script" in value) return value.script;
    return value.candidates.map(({ word, says }) => `${says === "" ? word : `${word}\t${says}`}\n`).join("");
  },
});

function shellOf([name, extra]: readonly string[]): Shell {
  const shell = shells.find((one) => one === name);
  if (shell !== undefined && extra === undefined) return shell;
  throw new OcilabError("usage.bad-argument", {
    doing: "choose the shell to complete for",
    got:
      name === undefined ? "SHELL is missing" : `${quote(extra ?? name)} is not one of ${shells.join(", ")}`,
    hint:
      name === undefined ? "ocilab completion bash" : (didYouMean(name, shells) ?? "ocilab completion bash"),
  });
}
