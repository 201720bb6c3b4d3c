import type { Section } from "../explanations/table.ts";

/** One thing that two configs ask differently. */
export type Difference = {
  /** What it belongs to: "capabilities", "mounts". */
  readonly group: string;
  /** What differs, as a person would name it: "CAP_NET_RAW (bounding, effective)". */
  readonly what: string;
  /** JSON pointer of the field; list entries by what identifies them ("/mounts/~1proc/options"). */
  readonly at: `/${string}`;
  /** What each asks there; null where it asks nothing. */
  readonly a: unknown;
  readonly b: unknown;
  /** What it means, in one sentence. */
  readonly says: string;
  /** Heading of the runtime specification; null for a field that it does not have. */
  readonly section: Section | null;
};

const groups: readonly (readonly [pattern: RegExp, group: string])[] = [
  [/^\/(root|linux\/rootfsPropagation)(\/|$)/, "root filesystem"],
  [/^\/process\/env\//, "environment"],
  [/^\/process\/user(\/|$)/, "user"],
  [/^\/process\/(capabilities|noNewPrivileges)(\/|$)/, "capabilities"],
  [/^\/process\/rlimits(\/|$)/, "process limits"],
  [/^\/process\/(scheduler|ioPriority|execCPUAffinity|oomScoreAdj)(\/|$)/, "scheduling"],
  [/^\/(process\/(apparmorProfile|selinuxLabel)|linux\/mountLabel)$/, "security modules"],
  [/^\/process(\/|$)/, "program"],
  [/^\/(hostname|domainname)$/, "names"],
  [/^\/mounts(\/|$)/, "mounts"],
  [/^\/hooks(\/|$)/, "hooks"],
  [/^\/annotations(\/|$)/, "annotations"],
  [/^\/linux\/(namespaces|uidMappings|gidMappings|timeOffsets|netDevices)(\/|$)/, "namespaces"],
  [/^\/linux\/(devices|resources\/devices)(\/|$)/, "devices"],
  [/^\/linux\/(resources|cgroupsPath|intelRdt)(\/|$)/, "cgroup"],
  [/^\/linux\/seccomp(\/|$)/, "seccomp"],
  [/^\/linux\/(maskedPaths|readonlyPaths)(\/|$)/, "hidden and read-only paths"],
  [/^\/linux\/sysctl(\/|$)/, "kernel parameters"],
];

/** The names of the groups in the order in which they are told. */
export const groupNames: readonly string[] = [...groups.map(([, group]) => group), "other"];

/** The group of a place. */
export function groupOf(at: string): string {
  return groups.find(([pattern]) => pattern.test(at))?.[1] ?? "other";
}
