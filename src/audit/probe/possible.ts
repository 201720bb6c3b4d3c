import type { ProbeOutcome } from "../../kernel/probe.ts";
import type { SeccompAnswer } from "../../kernel/view-parts.ts";
import type { Seccomp } from "../../oci/spec.ts";
import type { WantedAnswer } from "../seccomp-answers.ts";
import { type PlannedCall, wishesFor } from "./plan.ts";

/** A call, what came of it in the container, and what of the same call in a process of the same rights without a filter. */
export type TriedCall = PlannedCall & {
  readonly outcome: ProbeOutcome | undefined;
  readonly reference: ProbeOutcome | undefined;
  /** A handler for SIGSYS was there: what killed nevertheless was no trap. */
  readonly caught: boolean;
};

const [mostErrno, ENOSYS, SIGALRM] = [4095, 38, 14];

/** Errnos that hang on the moment (asm-generic/errno.h): EINTR, EAGAIN, ENOMEM, EBUSY, ENFILE, EMFILE, ENOSPC, EDQUOT. */
const fleeting: ReadonlySet<number> = new Set([4, 11, 12, 16, 23, 24, 28, 122]);

/** EPERM, EACCES, ENOSYS: what filters refuse with. */
const usual: ReadonlySet<number> = new Set([1, 13, 38]);

/**
 * Every answer that the filter may have given for a call to end like this: one where it is clear, several where the kernel itself answers
 * like a filter, or one answer of a filter looks like another; none where the call was not made. The very errno that the kernel gives
 * without a filter is taken for the kernel's, unless filters usually refuse with it or the config asks it of the call. A call that was let
 * through may have been logged as well: that counts only where the config asks it of the call.
 */
export function possibleAnswers(seccomp: Seccomp, tried: TriedCall): readonly SeccompAnswer[] {
  const { outcome } = tried;
  if (outcome === undefined || outcome.kind === "not tried") return [];
  const through = mayBeKernels(outcome, tried);
  const asked = wishesFor(seccomp, tried.name)
    .filter((wish) => looksLike(wish, tried, { outcome, through }))
    .map(({ action, data = dataOf(outcome) }) => ({ action, data }));
  const plain = [
    ...(through ? [{ action: "SCMP_ACT_ALLOW", data: 0 } as const] : []),
    ...filtersOf(outcome, tried.reference),
  ];
  return [...new Map([...plain, ...asked].map((one) => [`${one.action} ${one.data}`, one])).values()];
}

/** Whether the call may have reached the kernel. */
function mayBeKernels(outcome: ProbeOutcome, { reference }: TriedCall): boolean {
  if (outcome.kind === "trapped") return false;
  if (outcome.kind === "killed") return reference?.kind === "killed";
  if (outcome.kind !== "returned") return true;
  const errno = errnoOf(outcome);
  if (errno === undefined) return !isHollow(outcome, reference);
  if (reference === undefined || reference.kind === "not tried" || fleeting.has(errno)) return true;
  return isSame(outcome, reference);
}

function isSame(outcome: ProbeOutcome, reference: ProbeOutcome | undefined): boolean {
  if (outcome.kind !== "returned" || reference?.kind !== "returned") return false;
  return reference.value === outcome.value;
}

/** A success of what the kernel would have refused: SCMP_ACT_ERRNO with errno 0. */
function isHollow(outcome: ProbeOutcome, reference: ProbeOutcome | undefined): boolean {
  if (outcome.kind !== "returned" || reference?.kind !== "returned") return false;
  return outcome.value === 0n && reference.value < 0n;
}

function errnoOf(outcome: ProbeOutcome): number | undefined {
  if (outcome.kind !== "returned" || outcome.value >= 0n || outcome.value < -mostErrno) return undefined;
  return -Number(outcome.value);
}

function dataOf(outcome: ProbeOutcome): number {
  return outcome.kind === "trapped" ? outcome.data : 0;
}

/** What a filter would have answered, were it the filter, whatever the config asks. */
function filtersOf(outcome: ProbeOutcome, reference: ProbeOutcome | undefined): readonly SeccompAnswer[] {
  switch (outcome.kind) {
    case "returned": {
      const errno = errnoOf(outcome);
      if (errno !== undefined && (!isSame(outcome, reference) || usual.has(errno)))
        return [{ action: "SCMP_ACT_ERRNO", data: errno }];
      return isHollow(outcome, reference) ? [{ action: "SCMP_ACT_ERRNO", data: 0 }] : [];
    }
    case "trapped":
      return [{ action: "SCMP_ACT_TRAP", data: outcome.data }];
    case "killed":
      return (["thread", "process"] as const)
        .filter((scope) => outcome.scope === "unknown" || outcome.scope === scope)
        .map((scope) => ({
          action: scope === "thread" ? "SCMP_ACT_KILL_THREAD" : "SCMP_ACT_KILL_PROCESS",
          data: 0,
        }));
    case "ended":
    case "not tried":
      return [];
  }
}

/** Whether a call so answered could have ended so. Nobody traces the probe: that is ENOSYS (seccomp(2)). Who is notified may answer anything. */
function looksLike(
  { action, data }: WantedAnswer,
  { caught }: TriedCall,
  { outcome, through }: { readonly outcome: ProbeOutcome; readonly through: boolean },
): boolean {
  const errno = outcome.kind === "returned" && outcome.value === 0n ? 0 : errnoOf(outcome);
  switch (action) {
    case "SCMP_ACT_ALLOW":
    case "SCMP_ACT_LOG":
      return through;
    case "SCMP_ACT_ERRNO":
      return errno === data;
    case "SCMP_ACT_TRACE":
      return errno === ENOSYS;
    case "SCMP_ACT_NOTIFY":
      return outcome.kind === "returned" || isAlarm(outcome);
    case "SCMP_ACT_TRAP":
      return (
        outcome.kind === "trapped" || (!caught && outcome.kind === "killed" && outcome.scope !== "thread")
      );
    case "SCMP_ACT_KILL_THREAD":
      return outcome.kind === "killed" && outcome.scope !== "process";
    case "SCMP_ACT_KILL_PROCESS":
      return outcome.kind === "killed" && outcome.scope !== "thread";
  }
}

function isAlarm(outcome: ProbeOutcome): boolean {
  return outcome.kind === "ended" && outcome.status.kind === "signalled" && outcome.status.signal === SIGALRM;
}
