import type { ArgumentTest, SeccompAnswer, SeccompCase } from "../kernel/view-parts.ts";
import type { Integer64, Seccomp, SeccompArgument, SeccompSyscall } from "../oci/spec.ts";

/** What a rule or the default asks a call to be answered; `data` undefined where any will do. */
export type WantedAnswer = {
  readonly action: SeccompAnswer["action"];
  readonly data: number | undefined;
};

/** Arguments of a call, those that are left out 0. */
export type CallArguments = Readonly<Record<number, bigint>>;

const EPERM = 1;

/** What a rule asks (config-linux.md#seccomp): EPERM where it names no errno. SCMP_ACT_KILL is the older name of KILL_THREAD. */
export function wantedOf(action: Seccomp["defaultAction"], errno: number | undefined): WantedAnswer {
  const real = action === "SCMP_ACT_KILL" ? "SCMP_ACT_KILL_THREAD" : action;
  if (real === "SCMP_ACT_ERRNO") return { action: real, data: errno ?? EPERM };
  return { action: real, data: real === "SCMP_ACT_TRACE" ? errno : undefined };
}

export function isAnswer({ action, data }: WantedAnswer, seen: SeccompAnswer): boolean {
  return action === seen.action && (data === undefined || data === seen.data);
}

/** What calls that the runtime's libseccomp does not know get instead of an errno that programs would take for a refusal. */
const ENOSYS = 38;

/** Whether it is the answer to a call that no table of the runtime has, where the default is not to allow it. */
export function isNotKnown({ action }: WantedAnswer, answer: SeccompAnswer): boolean {
  return action !== "SCMP_ACT_ALLOW" && answer.action === "SCMP_ACT_ERRNO" && answer.data === ENOSYS;
}

/** The filter's answer to a call with these arguments: the first case all of whose tests hold. */
export function answerTo(cases: readonly SeccompCase[], given: CallArguments): SeccompCase | undefined {
  return cases.find(({ when }) => when.every((test) => holds(test, given[test.argument] ?? 0n)));
}

const comparisons: Readonly<Record<ArgumentTest["op"], (left: bigint, right: bigint) => boolean>> = {
  "==": (left, right) => left === right,
  "!=": (left, right) => left !== right,
  ">": (left, right) => left > right,
  "<=": (left, right) => left <= right,
  ">=": (left, right) => left >= right,
  "<": (left, right) => left < right,
  "&": (left, right) => (left & right) !== 0n,
  "!&": (left, right) => (left & right) === 0n,
};

function holds({ word, mask, op, value }: ArgumentTest, argument: bigint): boolean {
  const parts = { low: argument & 0xffff_ffffn, high: argument >> 32n, both: argument };
  return comparisons[op](parts[word] & mask, value);
}

/**
 * Whether a rule speaks of a call with these arguments. Conditions on different arguments all have to hold; of several on one argument,
 * which libseccomp cannot combine, runtimes make a rule each.
 */
export function speaksOf({ args = [] }: SeccompSyscall, given: CallArguments): boolean {
  const met = args.map((condition) => meets(condition, given[condition.index] ?? 0n));
  const repeated = new Set(args.map(({ index }) => index)).size < args.length;
  return args.length === 0 || (repeated ? met.includes(true) : !met.includes(false));
}

function meets({ op, value, valueTwo = 0 }: SeccompArgument, argument: bigint): boolean {
  const [first, second] = [unsigned(value), unsigned(valueTwo)];
  switch (op) {
    case "SCMP_CMP_NE":
      return argument !== first;
    case "SCMP_CMP_LT":
      return argument < first;
    case "SCMP_CMP_LE":
      return argument <= first;
    case "SCMP_CMP_EQ":
      return argument === first;
    case "SCMP_CMP_GE":
      return argument >= first;
    case "SCMP_CMP_GT":
      return argument > first;
    case "SCMP_CMP_MASKED_EQ":
      return (argument & first) === second;
  }
}

/** Arguments to try a rule with: on and around every number that its conditions name, one condition after the other. */
export function trialsOf({ args = [] }: SeccompSyscall): readonly CallArguments[] {
  const met: CallArguments = Object.fromEntries(
    args.map((condition) => [
      condition.index,
      candidates(condition).find((one) => meets(condition, one)) ?? 0n,
    ]),
  );
  const varied = args.flatMap((condition) =>
    candidates(condition).map((one) => ({ ...met, [condition.index]: one })),
  );
  return [met, ...varied];
}

/** The numbers at which an answer may change, and one with the other half of the 64 bits set. */
function candidates({ op, value, valueTwo = 0 }: SeccompArgument): readonly bigint[] {
  const first = unsigned(value);
  const base = op === "SCMP_CMP_MASKED_EQ" ? unsigned(valueTwo) : first;
  const around = [base, base + 1n, base - 1n, base ^ 0x1_0000_0000n, base ^ first, 0n, ~first];
  return [...new Set(around.map((one) => BigInt.asUintN(64, one)))];
}

function unsigned(value: Integer64): bigint {
  return BigInt.asUintN(64, BigInt(value));
}
