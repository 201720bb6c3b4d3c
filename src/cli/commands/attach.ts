import { parseContainerId } from "../../oci/container-id.ts";
import { defineCommand } from "../command.ts";
import { whereOf } from "../where.ts";
import { detachKeysFlag, idArgument } from "./shared.ts";

export const command = defineCommand({
  name: "attach",
  group: "bundle to container",
  summary: "join standard input and output to those of a detached container",
  description:
    "Joins our standard input, output and error to those of a container that was started by `ocilab run --detach`, until it ends; the exit code is then its own, 125 when ocilab fails. A terminal is left by the detach keys, and the container goes on. Signals are passed on to its first process, the third INT, TERM, HUP or QUIT as KILL. What it printed before is printed by `ocilab logs`. Who reads too slowly is cut off, so that the container never waits.",
  arguments: [idArgument],
  flags: {
    "detach-keys": detachKeysFlag,
    "no-stdin": { kind: "switch", help: "look on only: pass no standard input" },
  },
  examples: [
    { line: "ocilab run -dit --name web busybox sh", says: "first start a shell that waits" },
    { line: "ocilab attach web", says: "be its terminal; Ctrl-P Ctrl-Q leaves it" },
    { line: "ocilab attach --no-stdin web", says: "look on" },
  ],
  async exitOf(error) {
    const { runExitCode } = await import("../../container/exit.ts");
    return runExitCode(error);
  },
  async run({ flags, positionals: [id = ""] }, context) {
    const checked = parseContainerId(id);
    const { attachContainer } = await import("../../container/attachment.ts");
    const { defaultDetachKeys, parseDetachKeys } = await import("../../container/detach-keys.ts");
    const keys = parseDetachKeys(flags["detach-keys"] ?? defaultDetachKeys);
    using _held = context.holdSignals();
    const options = { ...whereOf(context), keys, input: !flags["no-stdin"], stdout: context.json ? 2 : 1 };
    const result = await attachContainer(checked, options);
    const value = {
      ...{ id: checked, ended: result.ended },
      exitCode: result.ended ? result.exitCode : null,
      signal: result.ended ? result.signal : null,
      why: result.ended ? result.why : null,
    };
    return { value, exit: result.ended ? (value.exitCode ?? 125) : 0 };
  },
  render: ({ id, ended, exitCode, why }) =>
    ended && exitCode === null ? `${id} has ended; its exit code is not known: ${why}\n` : "",
});
