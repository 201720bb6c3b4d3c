import type { Problem } from "../../oci/spec.ts";
import { defineCommand } from "../command.ts";
import { problemSum, renderProblems } from "../render/problems.ts";
import { oneLine } from "../render/terminal.ts";
import { givenPath } from "./shared.ts";

type CheckValue = {
  readonly bundle: string;
  readonly errors: number;
  readonly warnings: number;
  readonly problems: readonly Problem[];
};

export const command = defineCommand({
  name: "check",
  group: "image to bundle",
  summary: "say what is wrong with a bundle before a runtime trips over it; exit 3 when something is",
  description:
    "Holds config.json against the schema of the runtime specification, against rules that join several fields, against this host and the bundle's rootfs, and against what the runtime (`--runtime`, default runc) is known to ignore or refuse in its version (docs/runtimes.md). Every problem names its place as a JSON pointer. The exit code is 3 when there is an error, 0 with warnings alone.",
  arguments: [{ name: "BUNDLE", help: "the bundle's directory (default: the current directory)" }],
  flags: {},
  examples: [
    { line: "ocilab check /tmp/b", says: "check a bundle" },
    { line: "ocilab check --json /tmp/b | jq '.problems[].at'", says: "the places of its problems" },
  ],
  async run(
    { positionals: [directory = "."] },
    { signal, runtime },
  ): Promise<{ value: CheckValue; exit: number }> {
    const { checkDirectory } = await import("../check.ts");
    const { path, problems } = await checkDirectory(givenPath(directory, "BUNDLE"), { signal, runtime });
    const errors = problems.filter(({ level }) => level === "error").length;
    const value = { bundle: path, errors, warnings: problems.length - errors, problems };
    return { value, exit: errors > 0 ? 3 : 0 };
  },
  render: ({ bundle, problems }, terminal) =>
    `${renderProblems(problems, terminal)}${oneLine(bundle)}: ${problemSum(problems)}\n`,
});
