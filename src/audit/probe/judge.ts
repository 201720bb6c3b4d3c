import type { Reading } from "../../kernel/reading.ts";
import type { SeccompAnswer } from "../../kernel/view-parts.ts";
import type { Seccomp, SeccompSyscall, Spec } from "../../oci/spec.ts";
import { answerText } from "../claims/seccomp-rules.ts";
import type { Finding } from "../finding.ts";
import { type CallArguments, isAnswer, isNotKnown, speaksOf, wantedOf } from "../seccomp-answers.ts";
import { callText, judgeAnswer } from "../seccomp-trials.ts";
import { commonCalls, untriedCalls } from "./calls.ts";
import { nativeArchitecture, wishesFor } from "./plan.ts";
import { possibleAnswers, type TriedCall } from "./possible.ts";

type Verdict = "kept" | "broken" | "not told";
type Judged = TriedCall & { readonly possible: readonly SeccompAnswer[]; readonly verdict: Verdict };

/**
 * What the trials say of a config's seccomp rules: a finding for the default, the architectures and each rule. A trial counts when every
 * answer that it may have been says the same; a wish is kept when some trial says so and none the opposite. SCMP_ACT_ALLOW is kept
 * where the call came through: whether it was logged as well nobody sees from inside.
 */
export function judgeTried(spec: Spec, tried: Reading<readonly TriedCall[]>): readonly Finding[] {
  const seccomp = spec.linux?.seccomp;
  if (seccomp === undefined) return [];
  const places = [
    { at: "/linux/seccomp/defaultAction", asked: askedDefault(seccomp), judge: judgeDefault },
    ...(seccomp.architectures === undefined || seccomp.architectures.length === 0
      ? []
      : [{ at: "/linux/seccomp/architectures", asked: seccomp.architectures, judge: judgeArchitectures }]),
    ...(seccomp.syscalls ?? []).map((rule, index) => ({
      ...{ at: `/linux/seccomp/syscalls/${index}`, asked: rule },
      judge: (_: Seccomp, calls: readonly TriedCall[]) => judgeRule(seccomp, rule, calls),
    })),
  ] as const;
  return places.map(({ at, asked, judge }): Finding => {
    const { source } = tried;
    if (!tried.ok) return { at, asked, source, verdict: "unseen", why: tried.detail };
    return { at, asked, source, ...judge(seccomp, tried.value) };
  });
}

type Judgement =
  | { readonly verdict: "kept"; readonly seen: unknown }
  | { readonly verdict: "broken"; readonly seen: unknown; readonly why: string }
  | { readonly verdict: "unseen"; readonly why: string };

function askedDefault({ defaultAction, defaultErrnoRet }: Seccomp): unknown {
  return defaultErrnoRet === undefined ? defaultAction : { defaultAction, defaultErrnoRet };
}

function judgeDefault(seccomp: Seccomp, tried: readonly TriedCall[]): Judgement {
  const named = new Set((seccomp.syscalls ?? []).flatMap(({ names }) => names));
  const wanted = wantedOf(seccomp.defaultAction, seccomp.defaultErrnoRet);
  const judged = native(tried)
    .filter(({ name }) => name === undefined || !named.has(name))
    .map((one) =>
      judgedAs(seccomp, one, (answer) =>
        isAnswer(wanted, answer) || isNotKnown(wanted, answer) ? "kept" : "broken",
      ),
    );
  const right = ({ possible }: Judged) => possible.some((answer) => isAnswer(wanted, answer));
  return sum(
    judged,
    right,
    "no call that the rules do not name could be told apart from the kernel's own answer",
  );
}

function judgeRule(seccomp: Seccomp, rule: SeccompSyscall, tried: readonly TriedCall[]): Judgement {
  const judged = native(tried).flatMap((one) => {
    const { name } = one;
    if (name === undefined || !rule.names.includes(name)) return [];
    const given = argumentsOf(one);
    return [judgedAs(seccomp, one, (answer) => judgeAnswer(seccomp, { rule, name, given, answer }))];
  });
  const speaks = (one: Judged) => speaksOf(rule, argumentsOf(one));
  const judgement = sum(judged, speaks, whyUntold(rule, judged));
  const never = rule.names.filter((name) => untriedCalls[name] !== undefined);
  if (judgement.verdict === "unseen" || never.length === 0) return judgement;
  return { ...judgement, seen: { ...tally(judged), [`never tried: ${never.join(", ")}`]: never.length } };
}

function whyUntold({ names, action }: SeccompSyscall, judged: readonly Judged[]): string {
  const never = names.flatMap((name) =>
    untriedCalls[name] === undefined ? [] : [`${name}: ${untriedCalls[name]}`],
  );
  if (never.length === names.length) return `never tried: ${never.join("; ")}`;
  if (judged.length === 0) return "none of the names is a call that can be tried here without harm";
  const [{ name, possible } = { name: undefined, possible: [] }] = judged;
  if (possible.length === 0) return `${name} could not be tried: no process could be made for it`;
  return `${action} could not be told apart: the answer to ${name} may be ${possible.map(answerText).join(", or ")}`;
}

/** The same verdict whichever answer it was, or none. */
function judgedAs(seccomp: Seccomp, one: TriedCall, judge: (answer: SeccompAnswer) => Verdict): Judged {
  const possible = possibleAnswers(seccomp, one);
  const [verdict = "not told", ...others] = new Set(possible.map(judge));
  return { ...one, possible, verdict: others.length > 0 ? "not told" : verdict };
}

function sum(judged: readonly Judged[], counts: (one: Judged) => boolean, untold: string): Judgement {
  const seen = tally(judged);
  const wrong = judged.find(({ verdict }) => verdict === "broken");
  if (wrong !== undefined) {
    const why = `${textOf(wrong)} is answered ${wrong.possible.map(answerText).join(" or ")}`;
    return { verdict: "broken", seen, why };
  }
  if (judged.some((one) => one.verdict === "kept" && counts(one))) return { verdict: "kept", seen };
  return { verdict: "unseen", why: untold };
}

function tally(judged: readonly Judged[]): Readonly<Record<string, number>> {
  const groups = Map.groupBy(judged, ({ possible }) => possible.map(answerText).join(" or ") || "not tried");
  return Object.fromEntries([...groups].map(([name, all]) => [name, all.length]));
}

function textOf({ name, trial }: TriedCall): string {
  const given = Object.fromEntries(
    trial.args.flatMap((value, index) => (value === -1n ? [] : [[index, value]])),
  );
  return callText(name ?? "a call of an unknown number", name === undefined ? {} : given);
}

function native(tried: readonly TriedCall[]): readonly TriedCall[] {
  return tried.filter(({ architecture }) => architecture === nativeArchitecture);
}

function argumentsOf({ trial }: TriedCall): CallArguments {
  return Object.fromEntries(trial.args.map((value, index) => [index, BigInt.asUintN(64, value)]));
}

function judgeArchitectures(seccomp: Seccomp, tried: readonly TriedCall[]): Judgement {
  const told = (seccomp.architectures ?? []).flatMap((name) => {
    const judges = judgesCalls(
      seccomp,
      tried.filter(({ architecture }) => architecture === name),
    );
    return judges === undefined ? [] : [{ name, judges }];
  });
  const foreign = told.filter(({ judges }) => !judges).map(({ name }) => name);
  const seen = told.filter(({ judges }) => judges).map(({ name }) => name);
  if (foreign.length > 0)
    return { verdict: "broken", seen, why: `their calls are not judged by the rules: ${foreign.join(", ")}` };
  if (seen.length > 0) return { verdict: "kept", seen };
  return { verdict: "unseen", why: "no call of these architectures could be told apart" };
}

/** Whether most calls that rules without conditions, or the default alone, speak of are answered so. Undefined: none could be told. */
function judgesCalls(seccomp: Seccomp, tried: readonly TriedCall[]): boolean | undefined {
  const judged = tried
    .filter(({ name = "", reference }) => commonCalls.includes(name) && !isCrash(reference))
    .map((one) =>
      judgedAs(seccomp, one, (answer) => (answersRules(seccomp, one.name, answer) ? "kept" : "broken")),
    )
    .filter(({ verdict }) => verdict !== "not told");
  if (judged.length === 0) return undefined;
  return judged.filter(({ verdict }) => verdict === "kept").length * 2 >= judged.length;
}

/** A kernel without calls of 32 bits answers them with SIGSEGV. */
function isCrash(reference: TriedCall["reference"]): boolean {
  return reference?.kind === "ended" && reference.status.kind === "signalled";
}

function answersRules(seccomp: Seccomp, name: string | undefined, answer: SeccompAnswer): boolean {
  const [byDefault, ...byRules] = wishesFor(seccomp, name);
  const wishes = byRules.length > 0 || byDefault === undefined ? byRules : [byDefault];
  return wishes.some((wanted) => isAnswer(wanted, answer));
}
