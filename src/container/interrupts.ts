import { constants } from "node:os";
import { errnoOf, OcilabError } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { pidfdSendSignal } from "../linux/process.ts";

/** Signals to us that are meant for the container. SIGWINCH goes by way of the terminal. */
const forwarded = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2"] as const;
type Forwarded = (typeof forwarded)[number];

/** Those that ask us to end: until the container runs they abort, and from then on the third of them kills it. */
const ending: readonly Forwarded[] = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"];
const patience = 3;

/** Milliseconds between SIGHUP and SIGKILL when the user's terminal is gone. */
const hangupGrace = 2000;

/** What becomes of signals sent to `ocilab run`. */
export type Interrupts = Disposable & {
  /** Aborted by a signal before the container runs, or by the caller's own. */
  readonly signal: AbortSignal;
  /** From now on pass signals on to the process behind the descriptor. */
  forwardTo(pidfd: number): void;
  /** Our terminal has gone: the process gets SIGHUP, and SIGKILL if that does not end it. */
  hangUp(): void;
  /** The process has ended: from now on only clean up, whatever comes. */
  ignore(): void;
};

/** Handle the signals of this process until disposed of. The caller's `signal` kills a running container. */
export function watchInterrupts(own: AbortSignal | undefined): Interrupts {
  const controller = new AbortController();
  let state:
    | { readonly at: "before" }
    | { readonly at: "running"; readonly pidfd: number }
    | { readonly at: "after" } = {
    at: "before",
  };
  let asked = 0;
  let timer: NodeJS.Timeout | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (state.at === "after") return;
    const isEnding = (ending as readonly string[]).includes(name);
    if (state.at === "before") {
      if (isEnding) controller.abort(interrupted(name));
      return;
    }
    if (isEnding) asked += 1;
    send(state.pidfd, asked >= patience ? "SIGKILL" : name);
    if (isEnding && asked === patience - 1) {
      log.warn(
        "the container's first process still runs: it may have no handler for the signal; once more kills it",
      );
    }
  };
  const onAbort = (): void => {
    if (state.at === "running") send(state.pidfd, "SIGKILL");
    controller.abort(own?.reason);
  };
  for (const name of forwarded) process.on(name, onSignal);
  own?.addEventListener("abort", onAbort, { once: true });
  if (own?.aborted) onAbort();
  return {
    signal: controller.signal,
    forwardTo(pidfd) {
      state = { at: "running", pidfd };
      if (controller.signal.aborted) send(pidfd, "SIGKILL");
    },
    hangUp() {
      if (state.at !== "running" || timer !== undefined) return;
      const { pidfd } = state;
      send(pidfd, "SIGHUP");
      timer = setTimeout(() => state.at === "running" && send(pidfd, "SIGKILL"), hangupGrace);
    },
    ignore() {
      state = { at: "after" };
      clearTimeout(timer);
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const name of forwarded) process.off(name, onSignal);
      own?.removeEventListener("abort", onAbort);
    },
  };
}

function send(pidfd: number, name: NodeJS.Signals): void {
  try {
    pidfdSendSignal(pidfd, constants.signals[name]);
  } catch (error) {
    if (errnoOf(error) !== "ESRCH") throw error;
  }
}

function interrupted(name: NodeJS.Signals): OcilabError {
  return new OcilabError("host.interrupted", {
    doing: "run the container",
    got: `${name} came before its program was started; everything is removed`,
    facts: { signal: name, signalNumber: constants.signals[name] },
  });
}
