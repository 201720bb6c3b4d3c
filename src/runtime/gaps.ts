import { valueAt } from "../oci/pointer.ts";
import type { Problem, Spec } from "../oci/spec.ts";
import type { RuntimeKind } from "./kinds.ts";
import measured from "./measured.json" with { type: "json" };

/** What one kind of runtime was seen to do with a field: the newest version that lacks it, and the oldest one after that which keeps it. */
type Known = { readonly lacks?: string; readonly does?: string; readonly knows?: string };
type Fields = Readonly<Record<string, Readonly<Record<string, Known>>>>;

/**
 * What this version of a runtime does not know of a config: each field that it ignores or refuses, by the contract that every runtime of
 * docs/runtimes.md was tried with (src/runtime/measured.json is printed from it). Versions that nobody tried count as the newest one tried below
 * them that lacks the field; those above it are given the benefit of the doubt. Pure.
 */
export function gapsOf(
  spec: Spec,
  runtime: { readonly kind: RuntimeKind; readonly version: string },
): readonly Problem[] {
  return Object.entries(measured as Fields).flatMap(([field, kinds]) => {
    const { lacks, does } = kinds[runtime.kind] ?? {};
    if (lacks === undefined || does === undefined || compareVersions(runtime.version, lacks) > 0) return [];
    const name = `${runtime.kind} ${runtime.version.replace(/\+.*$/, "")}`;
    return placesOf(spec, field).map((at): Problem => {
      const hint = hintFor(kinds);
      return {
        at,
        says: `${name} ${does} this`,
        ...(hint === undefined ? {} : { hint }),
        from: "host",
        level: "warning",
      };
    });
  });
}

/**
 * What a runtime says itself that it lacks (features.md), of the fields that its features name: absent properties say nothing, so only what is
 * switched off or missing in a list counts. Pure.
 */
export function gapsByFeatures(
  spec: Spec,
  { features, name }: { readonly features: Readonly<Record<string, unknown>>; readonly name: string },
): readonly Problem[] {
  const off = (path: string): boolean => valueAt(features, path) === false;
  const unlisted = (path: string, wanted: string): boolean => {
    const list = valueAt(features, path);
    return Array.isArray(list) && !list.includes(wanted);
  };
  const switches = switched.filter(([, path]) => off(path)).flatMap(([field]) => placesOf(spec, field));
  const flags = (spec.linux?.seccomp?.flags ?? []).flatMap((flag, index) =>
    unlisted("/linux/seccomp/knownFlags", flag) ? [`/linux/seccomp/flags/${index}` as const] : [],
  );
  const hooks = Object.keys(spec.hooks ?? {}).flatMap((hook) =>
    unlisted("/hooks", hook) ? [`/hooks/${hook}` as const] : [],
  );
  const says = `by its own features, ${name} does not know this`;
  return [...switches, ...flags, ...hooks].map((at) => ({ at, says, from: "host", level: "warning" }));
}

/** The fields of the contract by what this version does with them; those that were not measured of it, or near enough, are in none. Pure. */
export function measuredOf(runtime: { readonly kind: RuntimeKind; readonly version: string }): {
  readonly knows: readonly string[];
  readonly ignores: readonly string[];
  readonly refuses: readonly string[];
} {
  const rows = Object.entries(measured as Fields).map(([field, kinds]) => {
    const { lacks, does, knows } = kinds[runtime.kind] ?? {};
    const lacking = lacks !== undefined && compareVersions(runtime.version, lacks) <= 0;
    const knowing = knows !== undefined && compareVersions(runtime.version, knows) >= 0;
    return { field, does: lacking ? does : knowing ? "knows" : undefined };
  });
  const of = (wanted: string) => rows.filter(({ does }) => does === wanted).map(({ field }) => field);
  return { knows: of("knows"), ignores: of("ignores"), refuses: of("refuses") };
}

const switched = [
  ["/mounts/idmap", "/linux/mountExtensions/idmap/enabled"],
  ["/linux/intelRdt", "/linux/intelRdt/enabled"],
  ["/linux/netDevices", "/linux/netDevices/enabled"],
  ["/linux/seccomp", "/linux/seccomp/enabled"],
  ["/process/apparmorProfile", "/linux/apparmor/enabled"],
  ["/process/selinuxLabel", "/linux/selinux/enabled"],
] as const;

/** True when `gapsByFeatures` may have something to say, so that the runtime need not be asked for nothing. */
export function asksForFeatures(spec: Spec): boolean {
  const fields = switched.flatMap(([field]) => (field === "/linux/seccomp" ? [] : placesOf(spec, field)));
  return fields.length > 0 || (spec.linux?.seccomp?.flags ?? []).length > 0;
}

/** Where a config asks for a field: the field's own pointer, or each place of those that stand in lists. */
function placesOf(spec: Spec, field: string): readonly `/${string}`[] {
  const namespaces = spec.linux?.namespaces ?? [];
  switch (field) {
    case "/linux/namespaces/time":
      return namespaces.flatMap(({ type }, index) =>
        type === "time" ? [`/linux/namespaces/${index}` as const] : [],
      );
    case "/linux/namespaces/path":
      return namespaces.flatMap(({ path }, index) =>
        path === undefined ? [] : [`/linux/namespaces/${index}/path` as const],
      );
    case "/mounts/idmap":
    case "/mounts/ridmap":
      return (spec.mounts ?? []).flatMap(({ options = [] }, index) =>
        options.includes(field.slice("/mounts/".length)) ? [`/mounts/${index}/options` as const] : [],
      );
    case "/ociVersion":
      return spec.ociVersion === "1.3.0" ? ["/ociVersion"] : [];
    default:
      return isAsked(valueAt(spec, field)) ? [field as `/${string}`] : [];
  }
}

/** False of what is empty, which asks for nothing. Pure. */
export function isAsked(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

function hintFor(kinds: Readonly<Record<string, Known>>): string | undefined {
  const knowing = Object.entries(kinds).flatMap(([kind, { knows }]) =>
    knows === undefined ? [] : [`${kind} ${knows}`],
  );
  return knowing.length === 0 ? undefined : `tried and good: ${knowing.join(", ")}`;
}

/** By the numbers in them, from the left; what is behind "+" is a distribution's, and so is what Debian has before gVisor's date, which calls itself "release-DATE". */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [one, other].map((text) =>
    text
      .replace(/^(0\.0~|release-)/, "")
      .replace(/\+.*$/, "")
      .split(/[^\d]+/)
      .map(Number),
  );
  for (let index = 0; index < Math.max(left?.length ?? 0, right?.length ?? 0); index++) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
