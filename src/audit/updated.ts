import type { Resources, Spec } from "../oci/spec.ts";

/**
 * The config as later updates have changed it: each limit that an update asked for stands in the place of the config's own, the others
 * stay. Entries of lists replace the one about the same device, page size or interface. Pure.
 */
export function withUpdated(spec: Spec, updated: Resources | undefined): Spec {
  if (updated === undefined) return spec;
  const resources = mergeResources(spec.linux?.resources ?? {}, updated);
  return { ...spec, linux: { ...spec.linux, resources } };
}

/** Two updates as one, the later one winning. */
export function mergeResources(before: Resources, after: Resources): Resources {
  return merge(before, after) as Resources;
}

/**
 * What an update asked for, as it has to be read: swap counts memory as well, so one without a memory limit goes by the limit that stands since
 * `before`, as runtimes take it. Pure.
 */
export function withStandingLimit(asked: Resources, before: Resources): Resources {
  const limit = before.memory?.limit;
  if (asked.memory?.swap === undefined || asked.memory.limit !== undefined || limit === undefined)
    return asked;
  return { ...asked, memory: { ...asked.memory, limit } };
}

/** What tells the entries of a list apart (config-linux.md#control-groups). */
const keys = ["major", "minor", "pageSize", "name"] as const;

function merge(before: unknown, after: unknown): unknown {
  if (after === undefined) return before;
  if (Array.isArray(before) && Array.isArray(after)) {
    const others = before.filter((entry) => !after.some((other) => keyOf(other) === keyOf(entry)));
    return [...others, ...after];
  }
  if (!isRecord(before) || !isRecord(after)) return after;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Object.fromEntries(names.map((name) => [name, merge(before[name], after[name])]));
}

/** A device rule is one by all that it says: rules apply in order. */
function keyOf(entry: unknown): string {
  if (isRecord(entry) && "allow" in entry) return Object.values(entry).map(String).join(" ");
  return isRecord(entry) ? keys.map((key) => String(entry[key])).join(" ") : String(entry);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
