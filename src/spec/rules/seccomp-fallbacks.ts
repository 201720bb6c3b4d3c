import type { Seccomp, Spec } from "../../oci/spec.ts";
import { type Complaint, type Rule, warning } from "./rule.ts";

/** Rules about calls that the C library tries before older ones. */
export const seccompFallbackRules: readonly Rule[] = [
  { name: "seccomp-no-fallback", check: (spec) => withoutFallback(spec) },
];

/** New calls that glibc and musl try first, and the old ones that they fall back to when the kernel answers ENOSYS, and only then. */
const fallbacks = [
  ["clone3", "clone"],
  ["faccessat2", "faccessat"],
] as const;

const EPERM = 1;

function withoutFallback({ linux }: Spec): readonly Complaint[] {
  const { seccomp } = linux ?? {};
  if (seccomp === undefined) return [];
  const refused = fallbacks.filter(
    ([fresh, old]) => errnoFor(seccomp, old) === undefined && errnoFor(seccomp, fresh) === EPERM,
  );
  if (refused.length === 0) return [];
  const names = refused.map(([fresh]) => fresh).join(" and ");
  const says = `answers ${names} with EPERM: a program takes that for a refusal and does not try ${refused.map(([, old]) => old).join(" and ")}, which is allowed (runc answers ENOSYS itself for calls newer than all that are named, crun does not)`;
  const hint = `answer ENOSYS instead: a rule for ${names} with SCMP_ACT_ERRNO and errnoRet 38, or defaultErrnoRet 38`;
  return [warning("/linux/seccomp/syscalls", says, { hint, statement: "LX-SEC-04" })];
}

/** The errno that a call without conditions on its arguments gets; undefined: it goes through, or is not answered by an errno. */
function errnoFor(
  { defaultAction, defaultErrnoRet = EPERM, syscalls = [] }: Seccomp,
  name: string,
): number | undefined {
  const rules = syscalls.filter(({ names }) => names.includes(name));
  if (rules.some(({ action }) => action === "SCMP_ACT_ALLOW" || action === "SCMP_ACT_LOG")) return undefined;
  const rule = rules.find(({ args }) => (args?.length ?? 0) === 0);
  if (rule !== undefined) return rule.action === "SCMP_ACT_ERRNO" ? (rule.errnoRet ?? EPERM) : undefined;
  return defaultAction === "SCMP_ACT_ERRNO" ? defaultErrnoRet : undefined;
}
