import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { defineCommand } from "../command.ts";
import { renderComparison } from "../render/comparison.ts";
import type { Comparison } from "../trial.ts";
import { givenPath } from "./shared.ts";

export const command = defineCommand({
  name: "compare",
  group: "what the kernel says",
  summary: "run one bundle on several runtimes and show where they differ; exit 3 when they do",
  description:
    "Creates and starts the bundle's container on each runtime in turn, under one id, lets the program run for at most two seconds, and sets side by side whether it was accepted, what a refusal means, the state, exit code and output, every wish of config.json by its verdict, and what the kernel shows of the process. How long each verb took is shown and is no difference; nor is the wording of messages. A config that breaks the schema is handed over as it is. Of a sandbox (runsc) the kernel shows nothing of the program, so that part is left out. A bundle of config.json alone gets the built-in rootfs.",
  arguments: [{ name: "BUNDLE", help: "the bundle's directory (default: the current directory)" }],
  flags: {
    "arg-for": {
      kind: "list",
      value: "RUNTIME=ARG",
      help: "pass this argument to that runtime alone, before its command",
    },
  },
  severalRuntimes: true,
  examples: [
    {
      line: "ocilab compare --runtime runc --runtime crun bundles/hello",
      says: "one bundle on two runtimes",
    },
    {
      line: "ocilab compare --runtime runc --runtime ./runc-new --json /tmp/b | jq .differences",
      says: "two versions",
    },
    {
      line: "ocilab compare --runtime runc --runtime runsc --arg-for runsc=--network=none /tmp/b",
      says: "a flag for one of them",
    },
  ],
  async run({ flags, positionals: [given = "."] }, context): Promise<{ value: Comparison; exit: number }> {
    const { runtimes } = context;
    if (runtimes.length < 2)
      throw new OcilabError("usage.bad-argument", {
        doing: "read the flags of compare",
        got: runtimes.length === 0 ? "no --runtime is given" : "one --runtime is given",
        hint: "give two or more: ocilab compare --runtime runc --runtime crun BUNDLE",
      });
    const directory = givenPath(given, "BUNDLE");
    const { tryOnEach } = await import("../compare.ts");
    const { compareTrials } = await import("../trial.ts");
    const { statementsOf } = await import("../compare-statements.ts");
    const trials = await tryOnEach(directory, withArguments(runtimes, flags["arg-for"]), context);
    const differences = compareTrials(trials, statementsOf(directory));
    const value = { bundle: directory, same: differences.length === 0, trials, differences };
    return { value, exit: value.same ? 0 : 3 };
  },
  render: renderComparison,
});

/** Each runtime with the arguments that were given for it, by the name as it was given or the last part of its path. Errors: "usage.bad-argument". */
function withArguments(
  runtimes: readonly string[],
  given: readonly string[],
): readonly { readonly name: string; readonly more: readonly string[] }[] {
  const named = (name: string) => [name, name.split("/").at(-1) ?? name];
  const pairs = given.map((text) => {
    const at = text.indexOf("=");
    const [runtime, argument] = [text.slice(0, at), text.slice(at + 1)];
    if (at > 0 && argument !== "" && runtimes.some((name) => named(name).includes(runtime)))
      return { runtime, argument };
    throw new OcilabError("usage.bad-argument", {
      doing: "read the flags of compare",
      got: `--arg-for is RUNTIME=ARG with one of the runtimes given, not ${quote(text)}`,
      hint: "--arg-for runsc=--network=none",
    });
  });
  return runtimes.map((name) => ({
    name,
    more: pairs.filter(({ runtime }) => named(name).includes(runtime)).map(({ argument }) => argument),
  }));
}
