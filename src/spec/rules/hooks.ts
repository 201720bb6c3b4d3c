import { quote } from "../../base/text.ts";
import { type HookKind, hookKinds } from "../../oci/hooks.ts";
import type { Hook, Spec } from "../../oci/spec.ts";
import { type Complaint, error, type Rule, warning } from "./rule.ts";

/** Rules about hooks (config.md#posix-platform-hooks). */
export const hookRules: readonly Rule[] = [
  { name: "hook-path-relative", check: (spec) => eachHook(spec, relativePath) },
  { name: "hook-env-without-equals", check: (spec) => eachHook(spec, env) },
  { name: "hook-prestart", check: prestart },
];

/** The specification's statement about each kind that its path is absolute. */
const statements: Readonly<Record<HookKind, string>> = {
  prestart: "CFG-HOOK-02",
  createRuntime: "CFG-HOOK-10",
  createContainer: "CFG-HOOK-18",
  startContainer: "CFG-HOOK-26",
  poststart: "CFG-HOOK-34",
  poststop: "CFG-HOOK-42",
};

type At = `/hooks/${string}`;

function eachHook(
  spec: Spec,
  check: (hook: Hook, at: At, kind: HookKind) => readonly Complaint[],
): readonly Complaint[] {
  return hookKinds.flatMap((kind) =>
    (spec.hooks?.[kind] ?? []).flatMap((hook, index) => check(hook, `/hooks/${kind}/${index}`, kind)),
  );
}

function relativePath({ path }: Hook, at: At, kind: HookKind): readonly Complaint[] {
  if (path.startsWith("/")) return [];
  const where = kind === "startContainer" ? "in the container" : "on the host";
  return [
    error(`${at}/path`, `must be absolute, is ${quote(path)}`, {
      hint: `it is looked up ${where}`,
      statement: statements[kind],
    }),
  ];
}

function env(hook: Hook, at: At): readonly Complaint[] {
  return (hook.env ?? []).flatMap((entry, index) =>
    entry.indexOf("=") > 0 ? [] : [error(`${at}/env/${index}`, `must be NAME=VALUE, is ${quote(entry, 60)}`)],
  );
}

function prestart(spec: Spec): readonly Complaint[] {
  if ((spec.hooks?.prestart?.length ?? 0) === 0) return [];
  const hint = "createRuntime runs at the same moment, createContainer in the container's namespaces";
  return [warning("/hooks/prestart", "is deprecated since 1.0.2", { hint })];
}
