import type { AuditSummary } from "../../audit/audit.ts";
import { OcilabError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import { rootlessFlags } from "../config/flags/rootless.ts";
import { configFlags, rootfsFlags, sourceFlags } from "../config/flags.ts";
import { refusedFlags } from "../config/refused.ts";
import { imageArgument } from "./shared.ts";

export type RunValue = {
  readonly id: string;
  readonly image: string;
  readonly exitCode: number;
  readonly signal: string | null;
  readonly audit: AuditSummary | null;
};

export const command = defineCommand({
  name: "run",
  group: "the whole path",
  summary: "run a command in a new container of an image, and remove everything at the end",
  description:
    "Walks the whole path: opens the image, unpacks it, makes config.json, checks it, has the runtime create and start the container, waits, and removes everything. Flags end at IMAGE; what follows is the container's command. IMAGE may be the directory of a bundle as well. Standard input is passed on, signals go to the container, and the exit code is the container's: 125 when ocilab or the runtime fails, 126 when the command cannot be executed, 127 when it is not there. Under --json the container's standard output goes to standard error.",
  arguments: [
    imageArgument,
    { name: "COMMAND", many: true, help: "program and arguments instead of the image's" },
  ],
  flags: {
    name: { kind: "value", value: "ID", help: "the container's id (default: twelve random digits)" },
    explain: { kind: "switch", help: "tell every step with what came out of it, and what the kernel says" },
    audit: { kind: "switch", help: "audit the container while it runs and print the result to stderr" },
    interactive: {
      kind: "switch",
      short: "i",
      help: "accepted because docker needs it: standard input is passed on in any case",
    },
    rm: { kind: "switch", help: "accepted because docker needs it: everything is removed in any case" },
    ...sourceFlags,
    ...rootfsFlags,
    ...rootlessFlags,
    ...configFlags,
  },
  refused: refusedFlags,
  examples: [
    { line: "ocilab run busybox echo hello", says: "the built-in image" },
    {
      line: "ocilab run --explain --memory 64m busybox sleep 1",
      says: "every step told, with the kernel's answers",
    },
    { line: "ocilab run -it docker-archive:app.tar sh", says: "a shell with a terminal" },
    { line: "ocilab run bundles/readonly-root", says: "a bundle" },
  ],
  stopAtFirst: true,
  async exitOf(error) {
    const { runExitCode } = await import("../../container/exit.ts");
    return runExitCode(error);
  },
  async run({ flags, positionals: [reference = "", ...rest] }, context) {
    if (flags.tty && context.json) throw noTerminalUnderJson();
    const { runImage } = await import("../run.ts");
    const value = await runImage({ reference, command: rest, flags }, context);
    return { value, exit: value.exitCode };
  },
  render: () => "",
});

function noTerminalUnderJson(): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "read the flags of run",
    got: "--tty and --json contradict each other: a terminal has one stream for everything",
    hint: "leave out one of them",
  });
}
