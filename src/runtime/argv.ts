import type { ContainerId } from "../oci/spec.ts";
import { type CheckpointFlags, checkpointArgv, type RestoreFlags, restoreArgv } from "./argv-checkpoint.ts";

/** One call of a runtime: the verb and what it takes. Paths are absolute, signals are numbers. */
export type RuntimeCall =
  | ({ readonly verb: "create"; readonly id: ContainerId; readonly bundle: string } & CreateFlags)
  | ({ readonly verb: "exec"; readonly id: ContainerId; readonly process: string } & ExecFlags)
  | {
      readonly verb: "start" | "state" | "ps" | "pause" | "resume";
      readonly id: ContainerId;
    }
  | { readonly verb: "kill"; readonly id: ContainerId; readonly signal: number; readonly all?: boolean }
  | { readonly verb: "delete"; readonly id: ContainerId; readonly force?: boolean }
  | { readonly verb: "update"; readonly id: ContainerId; readonly resources: string }
  | ({ readonly verb: "events"; readonly id: ContainerId } & EventFlags)
  | ({ readonly verb: "checkpoint"; readonly id: ContainerId } & CheckpointFlags)
  | ({ readonly verb: "restore"; readonly id: ContainerId; readonly bundle: string } & RestoreFlags)
  | { readonly verb: "list" | "features" }
  | { readonly verb: "version" };

export type CreateFlags = {
  readonly pidFile?: string | undefined;
  readonly consoleSocket?: string | undefined;
  readonly pidfdSocket?: string | undefined;
  readonly noPivot?: boolean | undefined;
  readonly noNewKeyring?: boolean | undefined;
  readonly preserveFds?: number | undefined;
};

export type ExecFlags = {
  readonly detach?: boolean | undefined;
  readonly pidFile?: string | undefined;
  readonly consoleSocket?: string | undefined;
  readonly pidfdSocket?: string | undefined;
  readonly preserveFds?: number | undefined;
  /** A cgroup below the container's own, which exists. */
  readonly cgroup?: string | undefined;
  readonly ignorePaused?: boolean | undefined;
};

/** `statsOnly`: one event and the end. `interval`: whole seconds between two of them. */
export type EventFlags = { readonly statsOnly?: boolean | undefined; readonly interval?: number | undefined };

/** What stands before the verb. `log` is the file that gets the runtime's messages as JSON; without it they go to stderr. */
export type GlobalFlags = {
  readonly root: string;
  readonly log?: string | undefined;
  readonly debug?: boolean | undefined;
  /** Let systemd make the cgroups: cgroupsPath is then SLICE:PREFIX:NAME. */
  readonly systemdCgroup?: boolean | undefined;
  /** What only this runtime knows, as it stands. */
  readonly more?: readonly string[] | undefined;
};

/** The arguments of one call, without the program itself. runc, crun, runsc and everything with runc's command line take the same. */
export function argvOf(call: RuntimeCall, flags: GlobalFlags): readonly string[] {
  if (call.verb === "version") return ["--version"];
  return [
    ...["--root", flags.root],
    ...value("--log", flags.log),
    ...["--log-format", "json"],
    ...flag("--debug", flags.debug),
    ...flag("--systemd-cgroup", flags.systemdCgroup),
    ...(flags.more ?? []),
    ...verbArgv(call),
  ];
}

function verbArgv(call: Exclude<RuntimeCall, { verb: "version" }>): string[] {
  switch (call.verb) {
    case "create":
      return ["create", "--bundle", call.bundle, ...createFlags(call), ...operands(call.id)];
    case "exec":
      return ["exec", "--process", call.process, ...execFlags(call), ...operands(call.id)];
    case "start":
    case "state":
    case "pause":
    case "resume":
      return [call.verb, ...operands(call.id)];
    case "ps":
      return ["ps", "--format", "json", ...operands(call.id)];
    case "kill":
      return ["kill", ...flag("--all", call.all), ...operands(call.id, String(call.signal))];
    case "delete":
      return ["delete", ...flag("--force", call.force), ...operands(call.id)];
    case "update":
      return ["update", "--resources", call.resources, ...operands(call.id)];
    case "events":
      return ["events", ...eventFlags(call), ...operands(call.id)];
    case "checkpoint":
      return ["checkpoint", ...checkpointArgv(call), ...operands(call.id)];
    case "restore":
      return ["restore", "--bundle", call.bundle, ...restoreArgv(call), ...operands(call.id)];
    case "list":
      return ["list", "--format", "json"];
    case "features":
      return ["features"];
  }
}

function createFlags(call: CreateFlags): string[] {
  return [
    ...value("--pid-file", call.pidFile),
    ...value("--console-socket", call.consoleSocket),
    ...value("--pidfd-socket", call.pidfdSocket),
    ...flag("--no-pivot", call.noPivot),
    ...flag("--no-new-keyring", call.noNewKeyring),
    ...value("--preserve-fds", call.preserveFds),
  ];
}

function execFlags(call: ExecFlags): string[] {
  return [
    ...flag("--detach", call.detach),
    ...value("--pid-file", call.pidFile),
    ...value("--console-socket", call.consoleSocket),
    ...value("--pidfd-socket", call.pidfdSocket),
    ...value("--preserve-fds", call.preserveFds),
    ...value("--cgroup", call.cgroup),
    ...flag("--ignore-paused", call.ignorePaused),
  ];
}

function eventFlags({ statsOnly, interval }: EventFlags): string[] {
  return [
    ...flag("--stats", statsOnly),
    ...value("--interval", interval === undefined ? undefined : `${interval}s`),
  ];
}

function flag(name: string, given: boolean | undefined): string[] {
  return given === true ? [name] : [];
}

function value(name: string, given: string | number | undefined): string[] {
  return given === undefined ? [] : [name, String(given)];
}

/** An id may begin with "-" (runc allows it), which only "--" keeps from being read as a flag. */
function operands(id: ContainerId, ...rest: string[]): string[] {
  return id.startsWith("-") ? ["--", id, ...rest] : [id, ...rest];
}
