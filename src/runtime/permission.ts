import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { ContainerId } from "../oci/spec.ts";
import type { Driver } from "./creation.ts";
import { type LifecycleVerb, transitionOf } from "./lifecycle.ts";
import type { ContainerState } from "./output.ts";
import { notFound } from "./stale.ts";

/** The container's state. Errors: "runtime.not-found" with the ids there are. */
export async function known(
  { find, place }: Driver,
  id: ContainerId,
  { doing, signal }: Cancel & { readonly doing: string },
): Promise<ContainerState> {
  const state = await find(id, { signal });
  if (state === undefined) throw notFound(doing, { id, place });
  return state;
}

/** "start container "x"": what a verb does, for messages. */
export function doingOf(verb: LifecycleVerb, id: ContainerId): string {
  const words: { readonly [V in LifecycleVerb]?: string } = {
    "force-delete": "delete container",
    exec: "execute a process in container",
    ps: "list the processes of container",
    events: "read the events of container",
  };
  return `${words[verb] ?? `${verb} container`} ${quote(id)}`;
}

/**
 * Refuse a verb that the container's status does not allow (lifecycle.ts). Returns what is being done, for messages.
 * Errors: "runtime.not-found", "runtime.wrong-status", "runtime.not-running".
 */
export async function permit(
  driver: Driver,
  verb: LifecycleVerb,
  { id, signal }: Cancel & { readonly id: ContainerId },
): Promise<string> {
  const doing = doingOf(verb, id);
  const { status } = await known(driver, id, { doing, signal });
  const transition = transitionOf(driver.version.kind, { status, verb });
  if (transition.allowed) return doing;
  const code = verb === "kill" && status === "stopped" ? "runtime.not-running" : "runtime.wrong-status";
  const facts = { id, status, verb };
  throw new OcilabError(code, { doing, got: transition.because, hint: transition.hint, facts });
}

/**
 * Call a verb at once, which spares a call of the runtime, and only when it fails ask whether the container's status stood against it:
 * then that is the error, else the runtime's own.
 */
export async function attempt(
  driver: Driver,
  verb: LifecycleVerb,
  request: Cancel & { readonly id: ContainerId; readonly act: (doing: string) => Promise<unknown> },
): Promise<void> {
  const { id, act, signal } = request;
  try {
    await act(doingOf(verb, id));
  } catch (error) {
    if (!(error instanceof OcilabError) || signal?.aborted === true) throw error;
    await permit(driver, verb, { id }).catch((refusal: unknown) => {
      throw refusal instanceof OcilabError ? withWordsOf(error, refusal) : refusal;
    });
    throw error;
  }
}

/** The refusal, with what the runtime said and what is known of that. */
function withWordsOf(failure: OcilabError, { code, doing, got, hint, facts }: OcilabError): OcilabError {
  return new OcilabError(code, { doing, got, hint, facts: { ...failure.facts, ...facts }, cause: failure });
}
