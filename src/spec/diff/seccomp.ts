import type { Seccomp, SeccompSyscall } from "../../oci/spec.ts";
import { compact, plain, setOf, type Tree, unless } from "./tree.ts";

/** linux.seccomp, call by call: how the names are grouped into rules means nothing. */
export function seccompTree(seccomp: Seccomp | undefined): Tree | undefined {
  if (seccomp === undefined) return undefined;
  const { defaultAction, defaultErrnoRet, architectures, flags, syscalls, ...rest } = seccomp;
  const usual = actionText(defaultAction, defaultErrnoRet);
  return compact({
    ...(plain(rest) as Tree),
    defaultAction: usual,
    architectures: setOf(architectures),
    flags: setOf(flags),
    listenerPath: unless(rest.listenerPath, ""),
    listenerMetadata: unless(rest.listenerMetadata, ""),
    syscalls: callsTree(syscalls ?? [], usual),
  });
}

/** What becomes of each call: "SCMP_ACT_ALLOW", or every condition with its action. Rules that do what happens anyway are left out. */
function callsTree(rules: readonly SeccompSyscall[], usual: string): Tree {
  const calls = new Map<string, Set<string>>();
  for (const rule of rules) {
    const action = actionText(rule.action, rule.errnoRet);
    const when = conditionText(rule);
    if (when === "" && action === usual) continue;
    for (const name of rule.names) {
      const known = calls.get(name) ?? new Set();
      calls.set(name, known.add(when === "" ? action : `${action} when ${when}`));
    }
  }
  return Object.fromEntries([...calls].map(([name, texts]) => [name, [...texts].sort().join("; ")]));
}

/** The error number where there is one; EPERM (1) when left out. */
function actionText(action: string, errno: number | undefined): string {
  const numbered = action === "SCMP_ACT_ERRNO" || action === "SCMP_ACT_TRACE";
  return numbered
    ? `${action} (${errno ?? 1})`
    : action === "SCMP_ACT_KILL"
      ? "SCMP_ACT_KILL_THREAD"
      : action;
}

function conditionText({ args }: SeccompSyscall): string {
  return (args ?? [])
    .map(({ index, value, valueTwo, op }) => {
      if (op === "SCMP_CMP_MASKED_EQ") return `argument ${index} & ${value} == ${valueTwo ?? 0}`;
      return `argument ${index} ${operators[op]} ${value}`;
    })
    .sort()
    .join(" and ");
}

const operators = {
  SCMP_CMP_NE: "!=",
  SCMP_CMP_LT: "<",
  SCMP_CMP_LE: "<=",
  SCMP_CMP_EQ: "==",
  SCMP_CMP_GE: ">=",
  SCMP_CMP_GT: ">",
  SCMP_CMP_MASKED_EQ: "&",
} as const;
