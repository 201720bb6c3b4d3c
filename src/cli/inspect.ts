import { basename } from "node:path";
import { findContainer } from "../container/find.ts";
import { type HostView, viewHost } from "../kernel/host.ts";
import type { Reading } from "../kernel/reading.ts";
import { viewProcess } from "../kernel/view.ts";
import type { ProcessView } from "../kernel/view-type.ts";
import { parseContainerId } from "../oci/container-id.ts";
import type { ContainerState } from "../runtime/output.ts";
import type { Context } from "./command.ts";
import { processOf } from "./look.ts";
import { findRuntimes, type RuntimeFacts } from "./runtimes.ts";
import { whereOf } from "./where.ts";

/** What `inspect` returns; every fact below has a `source`. */
export type InspectValue =
  | { readonly kind: "container"; readonly state: Reading<ContainerState>; readonly process: ProcessView }
  | { readonly kind: "process"; readonly process: ProcessView }
  | { readonly kind: "host"; readonly host: HostView; readonly runtimes: readonly RuntimeFacts[] };

const everything = {
  seccompRules: true,
  deviceAnswers: true,
  windowSize: true,
  processes: true,
  descriptors: true,
} as const;

/** A container's first process. Errors: "runtime.not-found", "runtime.not-running". */
export async function inspectContainer(id: string, context: Context): Promise<InspectValue> {
  const { runtime, state } = await findContainer(parseContainerId(id), whereOf(context));
  const { pid } = processOf(state);
  const process = await viewProcess(pid, { signal: context.signal, questions: everything });
  const source = `${basename(runtime.path)} --root ${runtime.root} state ${state.id}`;
  return { kind: "container", state: { source, ok: true, value: state }, process };
}

/** Any process. Errors: "kernel.no-process". */
export async function inspectProcess(pid: number, { signal }: Context): Promise<InspectValue> {
  return { kind: "process", process: await viewProcess(pid, { signal, questions: everything }) };
}

/** This machine and the runtimes that are installed. */
export async function inspectHost({ signal }: Context): Promise<InspectValue> {
  const [host, runtimes] = await Promise.all([viewHost({ signal }), findRuntimes({ signal })]);
  return { kind: "host", host, runtimes };
}
