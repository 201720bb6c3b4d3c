import { constants } from "node:os";
import { OcilabError } from "../base/errors.ts";

const stopping = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Signals turned into an AbortSignal. Disposing of it gives the process its usual behaviour back. */
export type SignalWatch = Disposable & {
  readonly signal: AbortSignal;
  /** 128 + the number of the signal that aborted, or undefined. */
  exitCode(): number | undefined;
  /** Signals are for somebody else until the disposable is disposed of: they neither abort nor end this process. */
  hold(): Disposable;
};

/**
 * Watch SIGINT, SIGTERM and SIGHUP. The first aborts with "host.interrupted", so that what was begun is undone;
 * the second ends the process at once, for an undoing that hangs.
 */
export function watchSignals(): SignalWatch {
  const controller = new AbortController();
  let held = 0;
  let exitCode: number | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (held > 0) return;
    if (exitCode !== undefined) process.exit(exitCode);
    exitCode = 128 + constants.signals[name];
    controller.abort(interrupted(name));
  };
  for (const name of stopping) process.on(name, onSignal);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    hold() {
      held += 1;
      let mine = 1;
      return {
        [Symbol.dispose]() {
          held -= mine;
          mine = 0;
        },
      };
    },
    [Symbol.dispose]() {
      for (const name of stopping) process.off(name, onSignal);
    },
  };
}

function interrupted(name: string): OcilabError {
  return new OcilabError("host.interrupted", {
    doing: "run the command",
    got: `stopped by ${name}; what it had begun is undone`,
    facts: { signal: name },
  });
}
