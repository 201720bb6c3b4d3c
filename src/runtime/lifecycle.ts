import type { State } from "../oci/spec.ts";
import type { RuntimeKind } from "./kinds.ts";

export type Status = State["status"];

/** What an operation needs of the container. "force-delete" is `delete --force`. */
export type LifecycleVerb =
  | "create"
  | "start"
  | "kill"
  | "delete"
  | "force-delete"
  | "exec"
  | "ps"
  | "pause"
  | "resume"
  | "update"
  | "events"
  | "checkpoint";

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

const ended = no("its process has ended", "a container runs once: delete it and create it again");
const notPaused = (status: string): Transition =>
  no(`it is ${status}, not paused`, "`resume` undoes a `pause`; there is nothing to undo");
const notStarted = no("its program has not been started", "`start` it first");

/**
 * Which verb may follow on which status (runtime.md#lifecycle). One deliberate difference: the specification lets `delete` work
 * on stopped containers only, but runc and crun both delete a created one, and scripts rely on it. The verbs from `exec` on are not the
 * specification's: they follow runc, but that a paused container gets no `exec`, which with crun would wait for ever.
 */
export const transitions: { readonly [S in Status]: { readonly [V in LifecycleVerb]: Transition } } = {
  creating: {
    create: taken("being created"),
    start: busy,
    kill: busy,
    delete: busy,
    "force-delete": yes,
    exec: busy,
    ps: busy,
    pause: busy,
    resume: busy,
    update: busy,
    events: busy,
    checkpoint: busy,
  },
  created: {
    create: taken("created"),
    start: yes,
    kill: yes,
    delete: yes,
    "force-delete": yes,
    exec: yes,
    ps: yes,
    pause: yes,
    resume: notPaused("created"),
    update: yes,
    events: yes,
    checkpoint: notStarted,
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
    exec: yes,
    ps: yes,
    pause: yes,
    resume: notPaused("running"),
    update: yes,
    events: yes,
    checkpoint: yes,
  },
  paused: {
    create: taken("paused"),
    start: no("it was started already and is paused", "`resume` lets it go on"),
    kill: yes,
    delete: running("paused"),
    "force-delete": yes,
    exec: no(
      "it is paused, and a process that joins it would stand still as well",
      "`resume` it first; runc has --ignore-paused for those who want exactly that",
    ),
    ps: yes,
    pause: no("it is paused already", "`resume` lets it go on"),
    resume: yes,
    update: yes,
    events: yes,
    checkpoint: no("it is paused", "`resume` it first: criu stops its processes itself"),
  },
  stopped: {
    create: taken("stopped"),
    start: no("its process has ended", "a container runs once: delete it and create it again"),
    kill: no("its process has ended", "there is nothing left to signal: `delete` removes what remains"),
    delete: yes,
    "force-delete": yes,
    exec: ended,
    ps: ended,
    pause: ended,
    resume: ended,
    update: ended,
    events: ended,
    checkpoint: ended,
  },
};

/** The same for one kind of runtime: gVisor's sandbox has no program to join or to stop before `start`; runsc 20240729 panics when it is told to, and leaves it stopped. */
export function transitionOf(
  kind: RuntimeKind,
  { status, verb }: { status: Status; verb: LifecycleVerb },
): Transition {
  const early = kind === "runsc" && status === "created" && (verb === "pause" || verb === "exec");
  return early ? notStarted : transitions[status][verb];
}
