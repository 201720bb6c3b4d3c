import { mapReading } from "../../kernel/read.ts";
import type { Reading } from "../../kernel/reading.ts";
import type { SeccompAnswer, SeccompRules } from "../../kernel/view-parts.ts";
import type { ProcessView } from "../../kernel/view-type.ts";
import type { Seccomp, SeccompSyscall } from "../../oci/spec.ts";
import { type Claim, claim, orProgram, type Undecided, undecided } from "../claim.ts";
import { answerTo, isAnswer, isNotKnown, wantedOf } from "../seccomp-answers.ts";
import { mainArchitectures, tryRule } from "../seccomp-trials.ts";

/** What the rules of linux.seccomp ask, tried on the filter's own text as ptrace(2) hands it out. */
export function seccompRuleClaims(seccomp: Seccomp): readonly Claim[] {
  return [
    defaultClaim(seccomp),
    ...architectureClaims(seccomp),
    ...flagClaims(seccomp),
    ...(seccomp.syscalls ?? []).map((rule, index) => ruleClaim(seccomp, rule, index)),
  ];
}

const settled = "start";

function seen(view: ProcessView): Reading<SeccompRules> {
  return view.seccomp.rules;
}

/** The program's own further filters make answers stricter: what differs then may be its doing. */
function orFurther(why: string | undefined, { filters }: SeccompRules): string | Undecided | undefined {
  if (why === undefined || filters.length < 2) return why;
  return orProgram(
    `${why}; ${filters.length} filters are loaded, and a program may add its own (seccomp(2))`,
  );
}

function defaultClaim(seccomp: Seccomp): Claim {
  const { defaultAction, defaultErrnoRet } = seccomp;
  const named = new Set((seccomp.syscalls ?? []).flatMap(({ names }) => names));
  return claim({
    at: "/linux/seccomp/defaultAction",
    statements: ["LX-SEC-02", "LX-SEC-04"],
    settled,
    asked: defaultErrnoRet === undefined ? defaultAction : { defaultAction, defaultErrnoRet },
    seen: (view) => mapReading(seen(view), (rules) => ({ rules, answers: unnamed(rules, named) })),
    show: ({ answers }) => tally(answers.map(({ answer }) => answer)),
    differs: (_, { rules, answers }) => {
      if (answers.length === 0) return undecided("the rules name every call that we know");
      const wanted = wantedOf(defaultAction, defaultErrnoRet);
      const other = answers.filter(({ answer }) => !isAnswer(wanted, answer) && !isNotKnown(wanted, answer));
      if (other.length === 0 && answers.some(({ answer }) => isAnswer(wanted, answer))) return undefined;
      const [first = answers[0]] = other;
      return orFurther(`${first?.name} is answered ${answerText(first?.answer)}`, rules);
    },
  });
}

type Answered = { readonly name: string; readonly answer: SeccompAnswer };

function unnamed(rules: SeccompRules, named: ReadonlySet<string>): readonly Answered[] {
  return mainArchitectures(rules).flatMap(({ calls, otherCalls }) => [
    ...Object.entries(calls).flatMap(([name, cases]) => {
      const [only, ...more] = cases;
      return named.has(name) || only === undefined || more.length > 0 ? [] : [{ name, answer: only }];
    }),
    ...(otherCalls === undefined ? [] : [{ name: "a call of an unknown number", answer: otherCalls }]),
  ]);
}

function architectureClaims({ architectures = [], syscalls = [] }: Seccomp): readonly Claim[] {
  if (architectures.length === 0) return [];
  return [
    claim({
      at: "/linux/seccomp/architectures",
      statements: ["LX-SEC-05"],
      settled,
      asked: architectures,
      seen,
      show: (rules) => Object.keys(rules.architectures),
      differs: (asked, rules) => {
        const strange = asked.filter((name) => !tellable.has(name));
        const missing = asked.filter((name) => tellable.has(name) && !judges(rules, name, syscalls));
        if (missing.length > 0)
          return orFurther(`their calls are not judged by the rules: ${missing.join(", ")}`, rules);
        return strange.length === asked.length
          ? undecided(`we cannot read rules for ${strange.join(", ")}`)
          : undefined;
      },
    }),
  ];
}

/** Those whose calls the view names. */
const tellable: ReadonlySet<string> = new Set([
  "SCMP_ARCH_X86_64",
  "SCMP_ARCH_X86",
  "SCMP_ARCH_X32",
  "SCMP_ARCH_AARCH64",
  "SCMP_ARCH_RISCV64",
]);

/** Whether most of what rules without conditions name is answered so: tables of calls differ a little between libseccomp and kernel. */
function judges({ architectures }: SeccompRules, name: string, rules: readonly SeccompSyscall[]): boolean {
  const calls = architectures[name]?.calls;
  if (calls === undefined) return false;
  const tried = rules
    .filter(({ args = [] }) => args.length === 0)
    .flatMap((rule) => rule.names.map((call) => ({ rule, cases: calls[call] })))
    .filter(({ cases }) => cases !== undefined);
  const kept = tried.filter(({ rule, cases = [] }) => {
    const answer = answerTo(cases, {});
    return answer !== undefined && isAnswer(wantedOf(rule.action, rule.errnoRet), answer);
  });
  return kept.length * 2 >= tried.length;
}

function flagClaims({ flags }: Seccomp): readonly Claim[] {
  if (flags === undefined) return [];
  const log = "SECCOMP_FILTER_FLAG_LOG";
  return [
    claim({
      at: "/linux/seccomp/flags",
      statements: ["LX-SEC-06"],
      settled,
      asked: flags,
      seen,
      show: ({ filters }) => [...new Set(filters.flatMap((filter) => filter.flags))],
      differs: (asked, rules) => {
        const there = rules.filters.some((filter) => filter.flags.includes(log));
        const wanted = (asked as readonly string[]).includes(log);
        if (wanted && !there) return `${log} is not set`;
        if (!wanted && there) return orFurther(`${log} is set`, rules);
        return wanted ? undefined : undecided(`of the flags the kernel tells ${log} alone`);
      },
    }),
  ];
}

function ruleClaim(seccomp: Seccomp, rule: SeccompSyscall, index: number): Claim {
  return claim({
    at: `/linux/seccomp/syscalls/${index}`,
    statements: ["LX-SEC-18", "LX-SEC-19", "LX-SEC-23", ...(rule.args === undefined ? [] : ["LX-SEC-25"])],
    settled,
    asked: rule,
    seen: (view) => mapReading(seen(view), (rules) => ({ rules, trials: tryRule(seccomp, rule, rules) })),
    show: ({ trials }) => tally(trials.map(({ answer }) => answer)),
    differs: (_, { rules, trials }) => {
      if (trials.length === 0) return undecided("none of the names is a call of this machine that we know");
      const wrong = trials.find(({ verdict }) => verdict === "broken");
      if (wrong !== undefined)
        return orFurther(`${wrong.call} is answered ${answerText(wrong.answer)}`, rules);
      if (trials.some(({ verdict }) => verdict === "kept")) return undefined;
      return undecided("other rules say otherwise of the same calls, or libseccomp may not know them");
    },
  });
}

/** "SCMP_ACT_ERRNO 1", "SCMP_ACT_ALLOW" */
export function answerText(answer: SeccompAnswer | undefined): string {
  if (answer === undefined) return "nothing";
  return answer.action === "SCMP_ACT_ERRNO" ? `${answer.action} ${answer.data}` : answer.action;
}

function tally(answers: readonly (SeccompAnswer | undefined)[]): Readonly<Record<string, number>> {
  const groups = Map.groupBy(answers, answerText);
  return Object.fromEntries([...groups].map(([name, all]) => [name, all.length]));
}
