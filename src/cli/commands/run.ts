import type { AuditSummary } from "../../audit/audit.ts";
import { OcilabError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import { rootlessFlags } from "../config/flags/rootless.ts";
import { asContainerFlag, configFlags, rootfsFlags, sourceFlags } from "../config/flags.ts";
import { refusedFlags } from "../config/refused.ts";
import { detachKeysFlag, imageArgument } from "./shared.ts";

export type RunValue = {
  readonly id: string;
  readonly image: string;
  /** Null when it goes on: with --detach, or left by the detach keys. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly audit: AuditSummary | null;
  /** Process id on the host of one that goes on in the background. */
  readonly pid: number | null;
};

export const command = defineCommand({
  name: "run",
  group: "the whole path",
  summary: "run a command in a new container of an image, and remove everything at the end",
  description:
    "Walks the whole path: opens the image, unpacks it, makes config.json, checks it, has the runtime create and start the container, waits, and removes everything. With --detach it goes on in the background until `ocilab delete`. Flags end at IMAGE; what follows is the container's command. IMAGE may be the directory of a bundle as well. Standard input is passed on, and signals go to the container's first process; where it would not get one (no handler in pid 1, or ignored) that is said, with the evidence, and the third INT, TERM, HUP or QUIT ends it by KILL. The exit code is the container's: 125 when ocilab or the runtime fails, 126 when the command cannot be executed, 127 when it is not there. Under --json the container's standard output goes to standard error.",
  arguments: [
    imageArgument,
    { name: "COMMAND", many: true, help: "program and arguments instead of the image's" },
  ],
  flags: {
    name: { kind: "value", value: "ID", help: "the container's id (default: twelve random digits)" },
    explain: { kind: "switch", help: "tell every step with what came out of it, and what the kernel says" },
    audit: { kind: "switch", help: "audit the container while it runs and print the result to stderr" },
    detach: {
      kind: "switch",
      short: "d",
      help: "return when it runs, and print its id; a process of its own keeps it (see attach, logs, wait)",
    },
    interactive: {
      kind: "switch",
      short: "i",
      help: "with --detach: hold standard input open for `attach`; else it is passed on in any case",
    },
    rm: {
      kind: "switch",
      help: "with --detach: remove everything when it ends; else that is done in any case",
    },
    "log-size": {
      kind: "value",
      value: "SIZE",
      help: "with --detach: keep at least so much of its latest output (default: 16m)",
    },
    "detach-keys": detachKeysFlag,
    "pid-file": { kind: "value", value: "FILE", help: "write the process id there" },
    "no-pivot": { kind: "switch", help: "do not pivot_root into the rootfs (for a rootfs on a ramdisk)" },
    "no-new-keyring": { kind: "switch", help: "let the container inherit our session keyring" },
    ...sourceFlags,
    ...asContainerFlag,
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
    { line: "ocilab run -it bundles/readonly-root", says: "a bundle, with a terminal" },
    { line: "ocilab run -d --name web busybox sleep 100", says: "in the background" },
  ],
  stopAtFirst: true,
  async exitOf(error) {
    const { runExitCode } = await import("../../container/exit.ts");
    return runExitCode(error);
  },
  async run({ flags, positionals: [reference = "", ...rest] }, context) {
    if (flags.tty && context.json && !flags.detach) throw noTerminalUnderJson();
    if (flags["log-size"] !== undefined && !flags.detach) throw onlyDetached("--log-size");
    const { runImage } = await import("../run.ts");
    const value = await runImage({ reference, command: rest, flags }, context).catch(
      async (error: unknown) => {
        const { aboutShippedBundle } = await import("../shipped-bundles.ts");
        throw aboutShippedBundle(error, reference);
      },
    );
    return { value, exit: value.exitCode ?? 0 };
  },
  render: ({ id, pid }) => (pid === null ? "" : `${id}\n`),
});

function onlyDetached(flag: string): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "read the flags of run",
    got: `${flag} is about the log of a detached container, and without --detach there is none`,
    hint: "add --detach, or leave it out",
  });
}

function noTerminalUnderJson(): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "read the flags of run",
    got: "--tty and --json contradict each other: a terminal has one stream for everything",
    hint: "leave out one of them",
  });
}
