import type { Spec } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";
import { editProcess } from "./edit.ts";

/**
 * Set variables, each "NAME=VALUE"; one that is set already changes its value and keeps its place (environ(7)). "NAME" without "=" takes the
 * variable away, as with docker.
 */
export function withEnv(entries: readonly string[]): SpecOption {
  const removed = new Set(entries.filter((entry) => !entry.includes("=")));
  return editProcess((asked) => ({
    ...asked,
    env: joinEnv(asked.env ?? [], entries).filter((entry) => !removed.has(entry)),
  }));
}

/** Remove variables by name; a name that is not set is no error. */
export function withoutEnv(names: readonly string[]): SpecOption {
  return editProcess((asked) => ({
    ...asked,
    env: (asked.env ?? []).filter((entry) => !names.includes(nameOf(entry))),
  }));
}

/** `more` laid over `base`: later entries of the same name win, in the place of the first. */
export function joinEnv(base: readonly string[], more: readonly string[]): string[] {
  const byName = new Map(base.map((entry) => [nameOf(entry), entry]));
  for (const entry of more) byName.set(nameOf(entry), entry);
  return [...byName.values()];
}

/** The spec with NAME=VALUE added unless the variable is set already. */
export function addEnv(spec: Spec, name: string, value: string): Spec {
  const env = spec.process?.env ?? [];
  if (spec.process === undefined || env.some((entry) => nameOf(entry) === name)) return spec;
  return { ...spec, process: { ...spec.process, env: [...env, `${name}=${value}`] } };
}

/** The part before the first "=", or all of an entry that has none. */
export function nameOf(entry: string): string {
  const equals = entry.indexOf("=");
  return equals < 0 ? entry : entry.slice(0, equals);
}
