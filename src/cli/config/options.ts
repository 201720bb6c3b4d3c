import type { SpecOption } from "../../spec/context.ts";
import { withCommand, withEntrypoint } from "../../spec/options/arguments.ts";
import { withEnv } from "../../spec/options/environment.ts";
import { withHook } from "../../spec/options/hooks.ts";
import { withAnnotations, withDomainname, withHostname } from "../../spec/options/identity.ts";
import { withNamespace, withUserNamespace } from "../../spec/options/namespaces.ts";
import { withCwd, withOomScoreAdj, withTerminal } from "../../spec/options/process.ts";
import { withRlimit } from "../../spec/options/rlimits.ts";
import { withReadonlyRoot } from "../../spec/options/root.ts";
import { withSysctl } from "../../spec/options/sysctls.ts";
import { withAdditionalGroups, withUser } from "../../spec/options/user.ts";
import { parseHook } from "../../spec/parse/hook.ts";
import { parseIdMapping } from "../../spec/parse/id-mapping.ts";
import { type NamespaceWish, parseNamespace } from "../../spec/parse/namespace.ts";
import { parseInteger } from "../../spec/parse/number.ts";
import { parsePair } from "../../spec/parse/pair.ts";
import { parseUlimit } from "../../spec/parse/ulimit.ts";
import { readEnvironment } from "./environment.ts";
import type { ConfigValues } from "./flags.ts";
import { mountOptions } from "./mounts.ts";
import { patchOptions } from "./patch.ts";
import { resourceOptions } from "./resources.ts";
import { securityOptions } from "./security.ts";

export type ConfigWorld = {
  /** What follows the image: the command and its arguments. */
  readonly command: readonly string[];
  /** Relative paths of the flags start here. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/**
 * The config flags as spec options, in an order in which they do not undo each other. Reads what the flags name: environment files,
 * seccomp profiles, device numbers. Errors: "usage.bad-argument", "spec.bad-option" and those of the options.
 */
export function configOptions(flags: ConfigValues, world: ConfigWorld): readonly SpecOption[] {
  return [
    ...processOptions(flags, world),
    ...identityOptions(flags),
    ...namespaceOptions(flags),
    ...resourceOptions(flags),
    ...mountOptions(flags, world),
    ...securityOptions(flags, world),
    ...flags.hook.map((text) => {
      const { kind, hook } = parseHook(text);
      return withHook(kind, hook);
    }),
    ...patchOptions(flags, world),
  ];
}

function processOptions(flags: ConfigValues, world: ConfigWorld): readonly SpecOption[] {
  const env = readEnvironment(flags, world);
  return [
    ...argumentOptions(flags, world),
    ...(env.length === 0 ? [] : [withEnv(env)]),
    ...given(flags.user, withUser),
    ...(flags["group-add"].length === 0 ? [] : [withAdditionalGroups(flags["group-add"])]),
    ...given(flags.workdir, withCwd),
    ...(flags.tty ? [withTerminal()] : []),
    ...given(flags["oom-score-adj"], (text) =>
      withOomScoreAdj(parseInteger(text, { kind: "OOM score", least: -1000, most: 1000 })),
    ),
    ...flags.ulimit.map((text) => withRlimit(parseUlimit(text))),
    ...(flags["read-only"] ? [withReadonlyRoot()] : []),
  ];
}

function argumentOptions({ entrypoint }: ConfigValues, { command }: ConfigWorld): readonly SpecOption[] {
  if (entrypoint !== undefined) return [withEntrypoint(entrypoint === "" ? [] : [entrypoint], command)];
  return command.length === 0 ? [] : [withCommand(command)];
}

function identityOptions(flags: ConfigValues): readonly SpecOption[] {
  const pairs = [...flags.label, ...flags.annotation].map((text) => parsePair(text, "annotation"));
  return [
    ...given(flags.hostname, withHostname),
    ...given(flags.domainname, withDomainname),
    ...(pairs.length === 0 ? [] : [withAnnotations(Object.fromEntries(pairs))]),
    ...flags.sysctl.map((text) => withSysctl(Object.fromEntries([parsePair(text, "sysctl")]))),
  ];
}

function namespaceOptions(flags: ConfigValues): readonly SpecOption[] {
  const network = flags.network === "none" ? "private" : flags.network;
  const named = [
    ["network", network],
    ["pid", flags.pid],
    ["ipc", flags.ipc],
    ["uts", flags.uts],
    ["cgroup", flags.cgroupns],
  ] as const;
  const wishes = named.flatMap(([type, kind]): readonly NamespaceWish[] =>
    kind === "host" || kind === "private" ? [{ type, kind }] : [],
  );
  const uidMappings = (flags.uidmap.length > 0 ? flags.uidmap : flags.gidmap).map(parseIdMapping);
  const gidMappings = (flags.gidmap.length > 0 ? flags.gidmap : flags.uidmap).map(parseIdMapping);
  return [
    ...[...wishes, ...flags.namespace.map(parseNamespace)].map(withNamespace),
    ...(uidMappings.length === 0 ? [] : [withUserNamespace({ uidMappings, gidMappings })]),
  ];
}

/** The option for a value that was given, or none. */
export function given<T>(value: T | undefined, option: (value: T) => SpecOption): readonly SpecOption[] {
  return value === undefined ? [] : [option(value)];
}
