import { constants } from "node:os";
import { errnoOf, OcilabError } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { pidfdSendSignal } from "../linux/process.ts";
import { whyUnheard } from "./evidence/process.ts";

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
  /** Aborted by a signal before the container is started, or by the caller's own. */
  readonly signal: AbortSignal;
  /** The program is being started: what comes from now on waits for `forwardTo`. */
  hold(): void;
  /** From now on pass signals on to the process behind the descriptor, those held first. `pid` is where the kernel tells what it does with them. */
  forwardTo(target: Target): void;
  /** Our terminal has gone: the process gets SIGHUP, and SIGKILL if that does not end it. */
  hangUp(): void;
  /** The process has ended: from now on only clean up, whatever comes. */
  ignore(): void;
};

/** The process that gets our signals. No `pid` for a sandbox (gVisor's): it has handlers for all of them and passes them on to the program in it. */
export type Target = { readonly pidfd: number; readonly pid: number | undefined };

/** Handle the signals of this process until disposed of. The caller's `signal` kills a running container. */
export function watchInterrupts(own: AbortSignal | undefined): Interrupts {
  const controller = new AbortController();
  const abortBy = (name: NodeJS.Signals): void => {
    if (isEnding(name)) controller.abort(interrupted(name));
  };
  let held: NodeJS.Signals[] = [];
  let hungUp = false;
  let pass: Pass | undefined;
  let react: (name: NodeJS.Signals) => void = abortBy;
  const onSignal = (name: NodeJS.Signals): void => react(name);
  const onAbort = (): void => {
    pass?.kill();
    controller.abort(own?.reason);
  };
  for (const name of forwarded) process.on(name, onSignal);
  own?.addEventListener("abort", onAbort, { once: true });
  if (own?.aborted) onAbort();
  return {
    signal: controller.signal,
    hold() {
      held = [];
      react = (name) => void held.push(name);
    },
    forwardTo(target) {
      pass = passTo(target);
      react = pass.send;
      if (controller.signal.aborted) pass.kill();
      for (const name of held) pass.send(name);
      if (hungUp) pass.hangUp();
    },
    hangUp() {
      hungUp = true;
      pass?.hangUp();
    },
    ignore() {
      pass?.end();
      pass = undefined;
      react = () => undefined;
    },
    [Symbol.dispose]() {
      pass?.end();
      for (const name of forwarded) process.off(name, onSignal);
      own?.removeEventListener("abort", onAbort);
    },
  };
}

/** The way of signals to one process. */
type Pass = {
  readonly send: (name: NodeJS.Signals) => void;
  readonly kill: () => void;
  readonly hangUp: () => void;
  readonly end: () => void;
};

function passTo({ pidfd, pid }: Target): Pass {
  let asked = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    send(name) {
      if (isEnding(name)) asked += 1;
      // Looked at before it is sent: afterwards there may be no process to look at.
      const unheard = pid === undefined ? undefined : whyUnheard(constants.signals[name], pid);
      send(pidfd, asked >= patience ? "SIGKILL" : name);
      if (isEnding(name)) sayWhatCame(name, { asked, unheard });
    },
    kill: () => send(pidfd, "SIGKILL"),
    hangUp() {
      send(pidfd, "SIGHUP");
      timer ??= setTimeout(() => send(pidfd, "SIGKILL"), hangupGrace);
    },
    end: () => clearTimeout(timer),
  };
}

type Came = { readonly asked: number; readonly unheard: string | undefined };

/** A program that does not end when it is asked to leaves whoever asks without an answer: say what the kernel did with the signal, and what ends it. */
function sayWhatCame(name: Forwarded, { asked, unheard }: Came): void {
  // The terminal is gone, and with it whoever could read this.
  if (name === "SIGHUP") return;
  if (asked === 1 && unheard !== undefined) {
    const rest = "two more end it with SIGKILL; --init puts an init before it, which passes signals on";
    log.warn(`${name} has no effect on the program: ${unheard}; ${rest}`);
  }
  if (asked === patience - 1) log.warn("the program still runs: one more signal ends it with SIGKILL");
}

function isEnding(name: NodeJS.Signals): name is Forwarded {
  return (ending as readonly string[]).includes(name);
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
