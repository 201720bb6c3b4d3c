import { type AuditSummary, audit, summarise } from "../audit/audit.ts";
import type { ClaimContext, JudgeOptions } from "../audit/claim.ts";
import { questions } from "../audit/questions.ts";
import { auditSandbox } from "../audit/sandbox.ts";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { FoundContainer } from "../container/find.ts";
import { viewInside } from "../container/probe.ts";
import { viewProcess } from "../kernel/view.ts";
import type { ProcessView } from "../kernel/view-type.ts";
import type { Spec } from "../oci/spec.ts";
import { runtimeTraits } from "../runtime/kinds.ts";
import type { ContainerState } from "../runtime/output.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** A container's process as the kernel shows it, and its config beside it. */
export type Look = { readonly view: ProcessView; readonly audit: AuditSummary };

/**
 * View a container's process and hold its config against it. With `runtime`, of one whose processes are not this host's the audit is
 * `auditInside`: the view is that of its sandbox. Errors: "runtime.not-running", "kernel.no-process". */
export async function lookAt(
  state: ContainerState,
  spec: Spec,
  {
    signal,
    bundle,
    strict,
    runtime,
    hooks,
  }: Cancel &
    JudgeOptions &
    Pick<ClaimContext, "hooks"> & { readonly bundle: string; readonly runtime?: Runtime },
): Promise<Look> {
  const { status, pid } = processOf(state);
  const context = { bundle, id: state.id, hooks };
  if (runtime !== undefined && !runtimeTraits[runtime.kind].hostProcesses) {
    // Nothing beyond the plain files: a sandbox is not to be stopped by a tracer.
    const view = await viewProcess(pid, { signal });
    return { view, audit: await auditInside(state, { spec, runtime, bundle, strict, hooks, signal }) };
  }
  const view = await viewProcess(pid, { signal, questions: questions(spec, context) });
  return { view, audit: summarise(state.id, audit(spec, view, { ...context, status, strict })) };
}

type SandboxLook = Cancel &
  JudgeOptions &
  Pick<ClaimContext, "hooks"> & { readonly bundle: string; readonly runtime: Runtime; readonly spec: Spec };

/** Hold a config against what a process inside the container says, for runtimes whose processes are not this host's. Errors: "runtime.not-running". */
async function auditInside(
  state: ContainerState,
  { spec, runtime, bundle, strict, hooks, signal }: SandboxLook,
): Promise<AuditSummary> {
  const { status } = processOf(state);
  const context = { bundle, id: state.id, hooks };
  const asked = { id: state.id, process: spec.process, questions: questions(spec, context), signal };
  const notRunning = {
    source: "none",
    ok: false,
    reason: "absent",
    detail: `the container is ${status}`,
  } as const;
  const inside = status === "running" ? await viewInside(runtime, asked) : notRunning;
  return summarise(state.id, auditSandbox(spec, inside, { ...context, status, strict }));
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
