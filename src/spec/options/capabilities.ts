import { OcilabError } from "../../base/errors.ts";
import { capabilityNames } from "../../oci/capabilities.ts";
import type { Spec } from "../../oci/spec.ts";
import { grantableOf, parseCapability } from "../capability.ts";
import type { SpecContext, SpecOption } from "../context.ts";
import { defaultSeccomp } from "../seccomp/profile.ts";

/**
 * More or fewer capabilities than the bounding set has, as docker's --cap-add and --cap-drop: names with or without CAP_, any case.
 * Dropping ALL keeps only what is added; adding ALL gives what the host can grant but for what is dropped.
 * Bounding, effective and permitted become the same set, in bit order; ambient and inheritable lose what left the set.
 * A default seccomp profile follows, since it opens calls by capability; any other profile stays.
 * Errors: "spec.unknown-capability"; "spec.bad-option" when ALL is both added and dropped.
 */
export function withCapabilities(wish: {
  readonly add?: readonly string[];
  readonly drop?: readonly string[];
}): SpecOption {
  const add = parseNames(wish.add ?? []);
  const drop = parseNames(wish.drop ?? []);
  if (add.all && drop.all) {
    throw new OcilabError("spec.bad-option", {
      doing: "choose the capabilities",
      got: "ALL is both added and dropped",
      hint: "drop ALL and add single ones, or add ALL and drop single ones",
    });
  }
  return (spec, context) => {
    const before = spec.process?.capabilities?.bounding ?? [];
    const base = add.all ? grantableOf(context) : drop.all ? [] : before;
    const wanted = new Set([...base.filter((name) => !drop.names.includes(name)), ...add.names]);
    return setCapabilities(
      spec,
      capabilityNames.filter((name) => wanted.has(name)),
      context,
    );
  };
}

/**
 * Capabilities that stay with a process that is not root when it executes a program: the names join all five sets (capabilities(7)).
 * Errors: "spec.unknown-capability".
 */
export function withAmbientCapabilities(names: readonly string[]): SpecOption {
  const parsed = names.map((name) => parseCapability(name));
  return (spec, context) => {
    const grown = withCapabilities({ add: parsed })(spec, context);
    const sets = grown.process?.capabilities ?? {};
    const join = (set: readonly string[] = []): string[] =>
      capabilityNames.filter((name) => set.includes(name) || parsed.includes(name));
    const capabilities = { ...sets, inheritable: join(sets.inheritable), ambient: join(sets.ambient) };
    return { ...grown, process: { ...(grown.process ?? { cwd: "/" }), capabilities } };
  };
}

function parseNames(texts: readonly string[]): { readonly all: boolean; readonly names: readonly string[] } {
  const isAll = (text: string): boolean => /^(cap_)?all$/i.test(text.trim());
  return { all: texts.some(isAll), names: texts.filter((text) => !isAll(text)).map(parseCapability) };
}

function setCapabilities(spec: Spec, names: readonly string[], context: SpecContext): Spec {
  const { inheritable, ambient } = spec.process?.capabilities ?? {};
  const capabilities = {
    bounding: [...names],
    effective: [...names],
    permitted: [...names],
    ...(inheritable === undefined ? {} : { inheritable: inheritable.filter((name) => names.includes(name)) }),
    ...(ambient === undefined ? {} : { ambient: ambient.filter((name) => names.includes(name)) }),
  };
  const next = { ...spec, process: { ...(spec.process ?? { cwd: "/" }), capabilities } };
  return followCapabilities(spec, next, context);
}

function followCapabilities(before: Spec, after: Spec, { architecture }: SpecContext): Spec {
  const profileOf = (spec: Spec) => defaultSeccomp(architecture, spec.process?.capabilities?.bounding ?? []);
  const isDefault = JSON.stringify(before.linux?.seccomp) === JSON.stringify(profileOf(before));
  return isDefault ? { ...after, linux: { ...after.linux, seccomp: profileOf(after) } } : after;
}
