import type { ProcessView } from "../kernel/view-type.ts";
import type { Spec } from "../oci/spec.ts";
import type { Claim, ClaimContext, JudgeOptions } from "./claim.ts";
import { families } from "./families.ts";
import type { Finding } from "./finding.ts";

export type AuditOptions = ClaimContext &
  JudgeOptions & {
    /** The container's status when the view was taken; default "running". */
    readonly status?: "created" | "running" | "paused";
  };

/**
 * Set what a config asks beside what the kernel says of the container's process: one finding for each wish, in the order of
 * config.json's parts. Wishes that no file shows are "unseen" with the reason, never left out. What `process` asks is applied when the
 * program is executed (runtime.md#lifecycle), so of a created container those are "unseen".
 * For a full answer take the view with `questions(spec, options)`; what was not asked of the kernel then is "unseen" as well.
 */
export function audit(spec: Spec, view: ProcessView, options: AuditOptions = {}): readonly Finding[] {
  return claimsOf(spec, options).map((claim) =>
    options.status === "created" && claim.settled === "start"
      ? notStarted(claim)
      : claim.judge(view, options),
  );
}

/** Every claim that a config makes. */
export function claimsOf(spec: Spec, context: ClaimContext = {}): readonly Claim[] {
  return families.flatMap((family) => family(spec, context));
}

/** What `ocilab audit --json` prints. */
export type AuditSummary = {
  readonly id: string;
  readonly kept: number;
  readonly broken: number;
  readonly unseen: number;
  readonly findings: readonly Finding[];
};

/** The findings with their verdicts counted. */
export function summarise(id: string, findings: readonly Finding[]): AuditSummary {
  const count = (verdict: Finding["verdict"]): number =>
    findings.filter((finding) => finding.verdict === verdict).length;
  return { id, kept: count("kept"), broken: count("broken"), unseen: count("unseen"), findings };
}

function notStarted(claim: Claim): Finding {
  return {
    at: claim.at,
    asked: claim.asked,
    source: "none",
    verdict: "unseen",
    why: "the container is created and not started: this is final only when its program runs",
  };
}
