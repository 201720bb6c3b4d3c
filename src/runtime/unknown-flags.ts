import type { RuntimeCall } from "./argv.ts";
import { compareVersions, isAsked } from "./gaps.ts";
import type { RuntimeKind } from "./kinds.ts";

/**
 * A flag of this call that this version of a runtime does not know, as its command line would have it, and the tried versions that do: docs/runtimes.md,
 * "Options". Newer versions than those tried are given the benefit of the doubt. Pure. Undefined: none.
 */
export function unknownFlag(
  call: RuntimeCall,
  { kind, version }: { readonly kind: RuntimeKind; readonly version: string },
): { readonly flag: string; readonly knownBy: string } | undefined {
  const row = unknownFlags.find(({ verbs, lacking, name }) => {
    const newest = verbs.includes(call.verb) ? lacking[kind] : undefined;
    const isGiven = isAsked((call as Readonly<Record<string, unknown>>)[name]);
    return isGiven && newest !== undefined && compareVersions(version, newest) <= 0;
  });
  return row && { flag: row.flag, knownBy: row.knownBy };
}

type UnknownFlag = {
  readonly verbs: readonly RuntimeCall["verb"][];
  /** Of the call's option. */
  readonly name: string;
  readonly flag: string;
  /** The newest version of each kind that was tried and lacks it. */
  readonly lacking: { readonly [Kind in RuntimeKind]?: string };
  readonly knownBy: string;
};

const triedRunsc = "0.0~20240729.0";
const making = ["create", "exec"] as const;
const saving = ["checkpoint", "restore"] as const;
const unknownFlags: readonly UnknownFlag[] = [
  {
    ...{ verbs: making, name: "pidfdSocket", flag: "--pidfd-socket", knownBy: "runc from 1.2 on" },
    lacking: { runc: "1.1.999", crun: "1.28", runsc: triedRunsc },
  },
  {
    ...{ verbs: making, name: "ignorePaused", flag: "--ignore-paused", knownBy: "runc" },
    lacking: { crun: "1.28", runsc: triedRunsc },
  },
  ...(
    [
      ["preserveFds", "--preserve-fds"],
      ["noPivot", "--no-pivot"],
      ["noNewKeyring", "--no-new-keyring"],
      ["cgroup", "--cgroup"],
    ] as const
  ).map(([name, flag]) => ({
    ...{ verbs: making, name, flag, lacking: { runsc: triedRunsc }, knownBy: "runc and crun" },
  })),
  ...(
    [
      ["lazyPages", "--lazy-pages"],
      ["pageServer", "--page-server"],
      ["autoDedup", "--auto-dedup"],
      ["emptyNamespaces", "--empty-ns"],
      ["noPivot", "--no-pivot"],
    ] as const
  ).map(([name, flag]) => ({
    ...{ verbs: saving, name, flag, lacking: { crun: "1.28", runsc: triedRunsc }, knownBy: "runc" },
  })),
  ...(
    [
      ["tcpEstablished", "--tcp-established"],
      ["externalUnixSockets", "--ext-unix-sk"],
      ["shellJob", "--shell-job"],
      ["fileLocks", "--file-locks"],
      ["manageCgroupsMode", "--manage-cgroups-mode"],
      ["preDump", "--pre-dump"],
      ["parentPath", "--parent-path"],
    ] as const
  ).map(([name, flag]) => ({
    ...{ verbs: saving, name, flag, lacking: { runsc: triedRunsc }, knownBy: "runc and crun" },
  })),
];
