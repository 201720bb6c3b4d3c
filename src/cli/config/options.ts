import type { SpecOption } from "../../spec/context.ts";
import { withCommand, withEntrypoint } from "../../spec/options/arguments.ts";
import { withEnv } from "../../spec/options/environment.ts";
import { withNetDevice } from "../../spec/options/hardware.ts";
import { withStopSignal } from "../../spec/options/identity.ts";
import { withCwd, withTerminal, withUmask } from "../../spec/options/process.ts";
import { withSysctl } from "../../spec/options/sysctls.ts";
import { withAdditionalGroups, withUser } from "../../spec/options/user.ts";
import { parseNetDevice } from "../../spec/parse/hardware.ts";
import { parsePair } from "../../spec/parse/pair.ts";
import { refuseConflicts } from "./conflicts.ts";
import { readEnvironment } from "./environment.ts";
import type { ConfigValues } from "./flags.ts";
import { given } from "./given.ts";
import { identityOptions } from "./identity.ts";
import { initOptions } from "./init.ts";
import { deviceOptions, mountOptions } from "./mounts.ts";
import { namespaceOptions } from "./namespaces.ts";
import { patchOptions } from "./patch.ts";
import { resourceOptions } from "./resources.ts";
import { schedulingOptions } from "./scheduling.ts";
import { privilegedOptions, securityOptions } from "./security.ts";
import { umaskOf } from "./umask.ts";

export type ConfigWorld = {
  /** What follows the image: the command and its arguments. */
  readonly command: readonly string[];
  /** Relative paths of the flags start here. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The container's id where there is one already. */
  readonly id?: string | undefined;
  /** The first processes of the containers that `namedContainers` names. */
  readonly pids?: ReadonlyMap<string, number>;
  /** What standard input held, where a flag names it. */
  readonly stdin?: string | undefined;
};

/**
 * The config flags as spec options, in an order in which they do not undo each other. Reads what the flags name: environment files,
 * seccomp profiles, device numbers. Errors: "usage.bad-argument", "spec.bad-option" and those of the options.
 */
export function configOptions(flags: ConfigValues, world: ConfigWorld): readonly SpecOption[] {
  refuseConflicts(flags);
  return [
    ...programOptions(flags, world),
    // Names belong to the namespace that the flags before them choose.
    ...namespaceOptions(flags, world),
    ...identityOptions(flags, world),
    ...networkOptions(flags),
    ...resourceOptions(flags, world),
    ...schedulingOptions(flags),
    ...mountOptions(flags, world),
    ...privilegedOptions(flags),
    ...deviceOptions(flags),
    ...securityOptions(flags, world),
    ...initOptions(flags, world),
    ...patchOptions(flags, world),
  ];
}

function programOptions(flags: ConfigValues, world: ConfigWorld): readonly SpecOption[] {
  const env = readEnvironment(flags, world);
  return [
    ...argumentOptions(flags, world),
    ...(env.length === 0 ? [] : [withEnv(env)]),
    ...given(flags.user, withUser),
    ...(flags["group-add"].length === 0 ? [] : [withAdditionalGroups(flags["group-add"])]),
    ...given(flags.umask, (text) => withUmask(umaskOf(text))),
    ...given(flags.workdir, withCwd),
    ...(flags.tty ? [withTerminal()] : []),
    ...given(flags["stop-signal"], withStopSignal),
  ];
}

function argumentOptions({ entrypoint }: ConfigValues, { command }: ConfigWorld): readonly SpecOption[] {
  if (entrypoint !== undefined) return [withEntrypoint(entrypoint === "" ? [] : [entrypoint], command)];
  return command.length === 0 ? [] : [withCommand(command)];
}

function networkOptions(flags: ConfigValues): readonly SpecOption[] {
  return [
    ...flags.sysctl.map((text) => withSysctl(Object.fromEntries([parsePair(text, "sysctl")]))),
    ...flags["net-device"].map((text) => withNetDevice(...parseNetDevice(text))),
  ];
}
