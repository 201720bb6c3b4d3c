import type { ContainerId } from "../oci/spec.ts";

/** One call of a runtime: the verb and what it takes. Paths are absolute, signals are numbers. */
export type RuntimeCall =
  | {
      readonly verb: "create";
      readonly id: ContainerId;
      readonly bundle: string;
      readonly pidFile?: string | undefined;
      readonly consoleSocket?: string | undefined;
      readonly noPivot?: boolean | undefined;
      readonly noNewKeyring?: boolean | undefined;
      readonly preserveFds?: number | undefined;
    }
  | { readonly verb: "start" | "state"; readonly id: ContainerId }
  | { readonly verb: "kill"; readonly id: ContainerId; readonly signal: number; readonly all?: boolean }
  | { readonly verb: "delete"; readonly id: ContainerId; readonly force?: boolean }
  | { readonly verb: "list" | "features" | "version" };

/** What stands before the verb. `log` is the file that gets the runtime's messages as JSON; without it they go to stderr. */
export type GlobalFlags = { readonly root: string; readonly log?: string | undefined };

/** The arguments of one call, without the program itself. runc, crun and everything with runc's command line take the same. */
export function argvOf(call: RuntimeCall, flags: GlobalFlags): readonly string[] {
  if (call.verb === "version") return ["--version"];
  const log = flags.log === undefined ? [] : ["--log", flags.log];
  return ["--root", flags.root, ...log, "--log-format", "json", ...verbArgv(call)];
}

function verbArgv(call: RuntimeCall): string[] {
  switch (call.verb) {
    case "create":
      return ["create", ...createFlags(call), ...operands(call.id)];
    case "start":
    case "state":
      return [call.verb, ...operands(call.id)];
    case "kill":
      return ["kill", ...(call.all === true ? ["--all"] : []), ...operands(call.id, String(call.signal))];
    case "delete":
      return ["delete", ...(call.force === true ? ["--force"] : []), ...operands(call.id)];
    case "list":
      return ["list", "--format", "json"];
    case "features":
    case "version":
      return [call.verb];
  }
}

function createFlags(call: Extract<RuntimeCall, { verb: "create" }>): string[] {
  return [
    "--bundle",
    call.bundle,
    ...(call.pidFile === undefined ? [] : ["--pid-file", call.pidFile]),
    ...(call.consoleSocket === undefined ? [] : ["--console-socket", call.consoleSocket]),
    ...(call.noPivot === true ? ["--no-pivot"] : []),
    ...(call.noNewKeyring === true ? ["--no-new-keyring"] : []),
    ...(call.preserveFds === undefined ? [] : ["--preserve-fds", String(call.preserveFds)]),
  ];
}

/** An id may begin with "-" (runc allows it), which only "--" keeps from being read as a flag. */
function operands(id: ContainerId, ...rest: string[]): string[] {
  return id.startsWith("-") ? ["--", id, ...rest] : [id, ...rest];
}
