import type { State } from "../oci/spec.ts";

export type Status = State["status"];

/** What an operation needs of the container. "force-delete" is `delete --force`. */
export type LifecycleVerb = "create" | "start" | "kill" | "delete" | "force-delete";

/** May the verb be called? If not: what stands against it and what comes first. Texts speak of "it", the container. */
export type Transition =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly because: string; readonly hint: string };

const yes: Transition = { allowed: true };
const no = (because: string, hint: string): Transition => ({ allowed: false, because, hint });

const taken = (status: string): Transition =>
  no(`a container with this id exists already and is ${status}`, "delete it first, or choose another id");
const busy = no(
  "it is still being created",
  "wait until its state is created; if its creator was killed, use `delete --force`",
);
const running = (status: string): Transition =>
  no(
    `it is ${status}, and only a stopped container is deleted`,
    "kill it first (`kill ID TERM`, then `kill ID KILL`), or use `delete --force`",
  );

/**
 * Which verb may follow on which status (runtime.md#lifecycle). One deliberate difference: the specification lets `delete` work
 * on stopped containers only, but runc and crun both delete a created one, and scripts rely on it.
 */
export const transitions: { readonly [S in Status]: { readonly [V in LifecycleVerb]: Transition } } = {
  creating: {
    create: taken("being created"),
    start: busy,
    kill: busy,
    delete: busy,
    "force-delete": yes,
  },
  created: {
    create: taken("created"),
    start: yes,
    kill: yes,
    delete: yes,
    "force-delete": yes,
  },
  running: {
    create: taken("running"),
    start: no(
      "it is running already",
      "`start` is for a container that is created; `delete --force` and `create` make it anew",
    ),
    kill: yes,
    delete: running("running"),
    "force-delete": yes,
  },
  paused: {
    create: taken("paused"),
    start: no("it was started already and is paused", "the runtime's own `resume` lets it go on"),
    kill: yes,
    delete: running("paused"),
    "force-delete": yes,
  },
  stopped: {
    create: taken("stopped"),
    start: no("its process has ended", "a container runs once: delete it and create it again"),
    kill: no("its process has ended", "there is nothing left to signal: `delete` removes what remains"),
    delete: yes,
    "force-delete": yes,
  },
};
