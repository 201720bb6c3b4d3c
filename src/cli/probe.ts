import { type AuditSummary, summarise } from "../audit/audit.ts";
import { hintAtProbe, withProbed } from "../audit/probe/findings.ts";
import { judgeTried } from "../audit/probe/judge.ts";
import type { FoundContainer } from "../container/find.ts";
import type { Spec } from "../oci/spec.ts";
import type { Context } from "./command.ts";

type Wish = { readonly found: FoundContainer; readonly spec: Spec; readonly context: Context };

/** An audit with what a process inside the container found by trying system calls. The container has to be running. */
export async function auditTried(audit: AuditSummary, { found, spec, context }: Wish): Promise<AuditSummary> {
  if (spec.linux?.seccomp === undefined) return audit;
  const { id, runtime, state } = found;
  const { probeFilter } = await import("../container/filter-probe.ts");
  const { configuration, signal } = context;
  const tried =
    state.status === "running"
      ? await probeFilter(runtime, { id, spec, configuration, signal })
      : notRunning(state.status);
  return summarise(audit.id, withProbed(audit.findings, judgeTried(spec, tried)));
}

function notRunning(status: string) {
  const detail = `the container is ${status}: nothing can be executed in it`;
  return { source: "none", ok: false, reason: "absent", detail } as const;
}

/** An audit that says of a filter which could not be read what would tell more. */
export function auditUntried(audit: AuditSummary): AuditSummary {
  return { ...audit, findings: hintAtProbe(audit.findings) };
}
