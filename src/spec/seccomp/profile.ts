import type { Seccomp, SeccompArgument, SeccompSyscall } from "../../oci/spec.ts";
import { conditionalCalls } from "./conditional.ts";
import { everydayCalls } from "./everyday.ts";
import type { ArgumentTest, Condition, SyscallGroup } from "./group.ts";

/** Every group of the default profile, in the order of the rules that it makes. */
export const syscallGroups: readonly SyscallGroup[] = [...everydayCalls, ...conditionalCalls];

/**
 * The default seccomp profile: what no group allows fails with EPERM. It allows what Docker's and containerd's profiles allow.
 * A 32-bit program's sockets go through socketcall, whose arguments lie in memory: the families are not filtered there.
 * `architecture` is spelled as image platforms are. For amd64 and arm64 the 32-bit ABIs are filtered by the same rules; for a
 * machine that the table does not know, only its native ABI.
 * Later calls than the newest one named here get ENOSYS from runc itself, so that programs fall back (runc's seccomp patch).
 * Source: seccomp(2), config-linux.md#seccomp.
 */
export function defaultSeccomp(architecture: string, capabilities: readonly string[]): Seccomp {
  const groups = syscallGroups.filter(({ when = {} }) => holds(when, architecture, capabilities));
  const abis = architectures[architecture];
  return {
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: 1,
    ...(abis === undefined ? {} : { architectures: [...abis] }),
    syscalls: groups.flatMap((group) => rulesOf(group)),
  };
}

/** A machine's own ABI first, then those it runs besides. */
const architectures: Readonly<Record<string, NonNullable<Seccomp["architectures"]>>> = {
  amd64: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  arm64: ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"],
};

function holds(when: Condition, architecture: string, capabilities: readonly string[]): boolean {
  const has = (name: string): boolean => capabilities.includes(name);
  return (
    (when.any?.some(has) ?? true) &&
    !(when.none?.some(has) ?? false) &&
    (when.architectures?.includes(architecture) ?? true) &&
    !(when.notOn?.includes(architecture) ?? false)
  );
}

/** Alternatives become rules of their own: the tests of one rule must all hold (seccomp_rule_add(3)). */
function rulesOf(group: SyscallGroup): SeccompSyscall[] {
  const names = [...group.calls];
  if (group.refuseWith !== undefined) {
    return [{ names, action: "SCMP_ACT_ERRNO", errnoRet: group.refuseWith }];
  }
  if (group.only === undefined) return [{ names, action: "SCMP_ACT_ALLOW" }];
  return group.only.map((test) => ({ names: [...names], action: "SCMP_ACT_ALLOW", args: [argument(test)] }));
}

function argument({ index, compare, value, mask }: ArgumentTest): SeccompArgument {
  switch (compare) {
    case "equal":
      return { index, value, op: "SCMP_CMP_EQ" };
    case "less":
      return { index, value, op: "SCMP_CMP_LT" };
    case "greater":
      return { index, value, op: "SCMP_CMP_GT" };
    case "masked":
      return { index, value: mask ?? 0, valueTwo: value, op: "SCMP_CMP_MASKED_EQ" };
  }
}
