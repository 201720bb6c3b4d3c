import { pointerToken } from "../oci/pointer.ts";
import type { Spec } from "../oci/spec.ts";

/** The releases of the runtime specification that added something to config.json, oldest first. */
const ociVersions = ["1.0.0", "1.0.2", "1.1.0", "1.2.0", "1.2.1", "1.3.0"] as const;
export type OciVersion = (typeof ociVersions)[number];

/** The newest release that the additions below cover. */
export const newestVersion: OciVersion = "1.3.0";

/**
 * The lowest version of the specification that defines every field and value in use, at least "1.0.0".
 * The lowest one is written because a runtime need only take configs up to its own version (config.md#specification-version):
 * crun 1.8 refuses "1.2.0" even where nothing of 1.2 is used.
 */
export function ociVersionFor(spec: Spec): OciVersion {
  const used = newerThan(spec, "1.0.0").map(({ since }) => ociVersions.indexOf(since));
  return ociVersions[Math.max(0, ...used)] ?? "1.0.0";
}

/** A field or value in use that came after 1.0.0. */
export type UsedAddition = { readonly at: `/${string}`; readonly since: OciVersion };

/** Where `spec` uses what came after `version`, each place as a JSON pointer with the version that it needs. */
export function newerThan(spec: Spec, version: string): readonly UsedAddition[] {
  return additions
    .filter(([, since]) => compareVersions(since, version) > 0)
    .flatMap(([pattern, since, matches]) =>
      placesOf(spec, pattern.split("/").slice(1), matches).map((at) => ({ at, since })),
    );
}

/**
 * What each release added (the specification's ChangeLog). "*" is any array index or key; with a test, only values that pass it count.
 */
const additions: readonly (readonly [string, OciVersion, ((value: unknown) => boolean)?])[] = [
  ["/hooks/createRuntime", "1.0.2"],
  ["/hooks/createContainer", "1.0.2"],
  ["/hooks/startContainer", "1.0.2"],
  ["/process/user/umask", "1.0.2"],
  ["/process/commandLine", "1.0.2"],
  ["/vm", "1.0.2"],
  ["/linux/personality", "1.0.2"],
  ["/linux/intelRdt/closID", "1.0.2"],
  ["/linux/intelRdt/memBwSchema", "1.0.2"],
  ["/linux/resources/memory/useHierarchy", "1.0.2"],
  ["/linux/resources/rdma", "1.0.2"],
  ["/linux/seccomp/flags", "1.0.2"],
  ["/linux/seccomp/defaultAction", "1.0.2", (value) => value === "SCMP_ACT_LOG"],
  ["/linux/seccomp/syscalls/*/action", "1.0.2", (value) => value === "SCMP_ACT_LOG"],
  ["/domainname", "1.1.0"],
  ["/zos", "1.1.0"],
  ["/mounts/*/uidMappings", "1.1.0"],
  ["/mounts/*/gidMappings", "1.1.0"],
  ["/process/scheduler", "1.1.0"],
  ["/process/ioPriority", "1.1.0"],
  ["/linux/timeOffsets", "1.1.0"],
  ["/linux/namespaces/*/type", "1.1.0", (value) => value === "time"],
  ["/linux/resources/unified", "1.1.0"],
  ["/linux/resources/cpu/burst", "1.1.0"],
  ["/linux/resources/cpu/idle", "1.1.0"],
  ["/linux/resources/memory/checkBeforeUpdate", "1.1.0"],
  ["/linux/seccomp/defaultErrnoRet", "1.1.0"],
  ["/linux/seccomp/listenerPath", "1.1.0"],
  ["/linux/seccomp/listenerMetadata", "1.1.0"],
  ["/linux/seccomp/architectures/*", "1.1.0", (value) => value === "SCMP_ARCH_RISCV64"],
  ["/linux/seccomp/flags/*", "1.1.0", (value) => value === "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"],
  ["/linux/seccomp/defaultAction", "1.1.0", isAction11],
  ["/linux/seccomp/syscalls/*/action", "1.1.0", isAction11],
  ["/linux/seccomp/syscalls/*/errnoRet", "1.1.0"],
  ["/linux/intelRdt/enableCMT", "1.1.0"],
  ["/linux/intelRdt/enableMBM", "1.1.0"],
  ["/mounts/*/destination", "1.2.0", (value) => typeof value === "string" && !value.startsWith("/")],
  ["/mounts/*/options/*", "1.2.0", (value) => value === "idmap" || value === "ridmap"],
  ["/process/execCPUAffinity", "1.2.1"],
  ["/freebsd", "1.3.0"],
  ["/linux/netDevices", "1.3.0"],
  ["/linux/memoryPolicy", "1.3.0"],
  ["/linux/intelRdt/schemata", "1.3.0"],
  ["/linux/intelRdt/enableMonitoring", "1.3.0"],
  ["/vm/hwConfig", "1.3.0"],
];

function isAction11(value: unknown): boolean {
  return ["SCMP_ACT_NOTIFY", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD"].includes(String(value));
}

function placesOf(
  value: unknown,
  path: readonly string[],
  matches: ((value: unknown) => boolean) | undefined,
): readonly `/${string}`[] {
  const [head, ...rest] = path;
  if (typeof value !== "object" || value === null || head === undefined) return [];
  const keys = head === "*" ? Object.keys(value) : Object.hasOwn(value, head) ? [head] : [];
  return keys.flatMap((key): readonly `/${string}`[] => {
    const inner: unknown = (value as Readonly<Record<string, unknown>>)[key];
    if (inner === undefined) return [];
    const here = pointerToken(key);
    if (rest.length > 0) return placesOf(inner, rest, matches).map((at) => `${here}${at}` as const);
    return matches === undefined || matches(inner) ? [here] : [];
  });
}

/** SemVer 2.0.0: MAJOR.MINOR.PATCH with optional pre-release and build (semver.org, point 2, 9 and 10). */
const semver =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-.]+)?$/;

/** Whether a text is a version as config.md#specification-version wants it. */
export function isSemver(text: string): boolean {
  return semver.test(text);
}

/** Below, equal (0) or above; pre-releases count as the release ("1.0.2-dev" is what runc writes for 1.0.2). What is no version counts as 0.0.0. */
export function compareVersions(a: string, b: string): number {
  const left = numbersOf(a);
  const right = numbersOf(b);
  const at = left.findIndex((number, index) => number !== right[index]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

function numbersOf(version: string): readonly number[] {
  const match = semver.exec(version);
  return match === null ? [0, 0, 0] : [Number(match[1]), Number(match[2]), Number(match[3])];
}
