import { constants } from "node:os";
import { OcilabError } from "../base/errors.ts";

const stopping = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What a shell reports of a program that wrote to a pipe that nobody reads any more: 128 + SIGPIPE. */
const readerGone = 128 + constants.signals.SIGPIPE;

/** Signals turned into an AbortSignal. Disposing of it gives the process its usual behaviour back. */
export type SignalWatch = Disposable & {
  readonly signal: AbortSignal;
  /** 128 + the number of the signal that aborted, or undefined. */
  exitCode(): number | undefined;
  /**
   * The reader of our output has gone: as SIGPIPE, which Node ignores, it aborts, unless signals are for somebody else. Returns the exit code
   * that holds from now on, undefined where it was not for us.
   */
  abortUnread(): number | undefined;
  /** It was that which aborted: there is nobody to tell. */
  isUnread(): boolean;
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
    abortUnread() {
      if (held > 0) return undefined;
      exitCode ??= readerGone;
      controller.abort(interrupted("SIGPIPE"));
      return exitCode;
    },
    isUnread: () => exitCode === readerGone,
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
