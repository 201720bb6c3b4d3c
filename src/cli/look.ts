import { type AuditSummary, audit, summarise } from "../audit/audit.ts";
import type { JudgeOptions } from "../audit/claim.ts";
import { questions } from "../audit/questions.ts";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { FoundContainer } from "../container/find.ts";
import { viewProcess } from "../kernel/view.ts";
import type { ProcessView } from "../kernel/view-type.ts";
import type { Spec } from "../oci/spec.ts";
import type { ContainerState } from "../runtime/output.ts";

/** A container's process as the kernel shows it, and its config beside it. */
export type Look = { readonly view: ProcessView; readonly audit: AuditSummary };

/** View a container's process and hold its config against it. Errors: "runtime.not-running", "kernel.no-process". */
export async function lookAt(
  state: ContainerState,
  spec: Spec,
  { signal, bundle, strict }: Cancel & JudgeOptions & { readonly bundle: string },
): Promise<Look> {
  const { status, pid } = processOf(state);
  const view = await viewProcess(pid, { signal, questions: questions(spec, { bundle, id: state.id }) });
  return { view, audit: summarise(state.id, audit(spec, view, { status, bundle, strict, id: state.id })) };
}

/** The container's process. Errors: "runtime.not-running". */
export function processOf(state: FoundContainer["state"]): {
  readonly status: "created" | "running" | "paused";
  readonly pid: number;
} {
  if ("pid" in state) return state;
  throw new OcilabError("runtime.not-running", {
    doing: `look at container ${quote(state.id)}`,
    got: `it is ${state.status}, so there is no process to ask the kernel about`,
    hint: "look while it is created or running",
    facts: { id: state.id, status: state.status },
  });
}
