import type { SeccompAnswer, SeccompArchitecture, SeccompRules } from "../kernel/view-parts.ts";
import type { Seccomp, SeccompSyscall } from "../oci/spec.ts";
import {
  answerTo,
  type CallArguments,
  isAnswer,
  isNotKnown,
  speaksOf,
  trialsOf,
  wantedOf,
} from "./seccomp-answers.ts";

/** One call with one choice of arguments, held against all rules. */
export type Trial = {
  readonly call: string;
  readonly answer: SeccompAnswer | undefined;
  /** "not told": another rule says otherwise, or libseccomp may not know the call and then leaves it out. */
  readonly verdict: "kept" | "broken" | "not told";
};

/** Ask the filter what it answers to every call that a rule names, with arguments that meet its conditions and with some that do not. */
export function tryRule(seccomp: Seccomp, rule: SeccompSyscall, rules: SeccompRules): readonly Trial[] {
  return mainArchitectures(rules).flatMap(({ calls }) =>
    rule.names.flatMap((name) => {
      const cases = calls[name];
      if (cases === undefined) return [];
      return trialsOf(rule).map((given): Trial => {
        const answer = answerTo(cases, given);
        return {
          call: callText(name, given),
          answer,
          verdict: judgeAnswer(seccomp, { rule, name, given, answer }),
        };
      });
    }),
  );
}

/** Whether an answer to one call is what a rule asks, the other rules and the default considered. */
export function judgeAnswer(
  { syscalls = [], defaultAction, defaultErrnoRet }: Seccomp,
  trial: {
    readonly rule: SeccompSyscall;
    readonly name: string;
    readonly given: CallArguments;
    readonly answer: SeccompAnswer | undefined;
  },
): Trial["verdict"] {
  const { rule, name, given, answer } = trial;
  if (answer === undefined) return "broken";
  const own = speaksOf(rule, given);
  if (own && isAnswer(wantedOf(rule.action, rule.errnoRet), answer)) return "kept";
  const others = syscalls.filter(
    (other) => other !== rule && other.names.includes(name) && speaksOf(other, given),
  );
  if (others.some((other) => isAnswer(wantedOf(other.action, other.errnoRet), answer)))
    return own ? "not told" : "kept";
  const wanted = wantedOf(defaultAction, defaultErrnoRet);
  const unnamed = isAnswer(wanted, answer) || isNotKnown(wanted, answer);
  if (own || others.length > 0) return unnamed && recentCalls.has(name) ? "not told" : "broken";
  return unnamed ? "kept" : "broken";
}

/** "personality with argument 0 = 0x8" */
export function callText(name: string, given: CallArguments): string {
  const shown = Object.entries(given).map(([index, value]) => `argument ${index} = 0x${value.toString(16)}`);
  return shown.length === 0 ? name : `${name} with ${shown.join(", ")}`;
}

/** Calls of Linux 5.11 and later: the libseccomp of a runtime may be older than the kernel, and rules about names that it does not know are left out. */
const recentCalls: ReadonlySet<string> = new Set(
  [
    "epoll_pwait2 mount_setattr quotactl_fd landlock_create_ruleset landlock_add_rule landlock_restrict_self memfd_secret",
    "process_mrelease futex_waitv set_mempolicy_home_node cachestat fchmodat2 map_shadow_stack futex_wake futex_wait",
    "futex_requeue statmount listmount lsm_get_self_attr lsm_set_self_attr lsm_list_modules mseal setxattrat getxattrat",
    "listxattrat removexattrat open_tree_attr file_getattr file_setattr uretprobe uprobe",
  ].flatMap((line) => line.split(" ")),
);

/** The architectures whose calls take arguments of 64 bits, as programs of this machine make them: rules are tried there in full. */
export function mainArchitectures({ architectures }: SeccompRules): readonly SeccompArchitecture[] {
  const full = /X86_64|AARCH64|RISCV64|PPC64|S390X|LOONGARCH64/i;
  return Object.entries(architectures).flatMap(([name, one]) => (full.test(name) ? [one] : []));
}
