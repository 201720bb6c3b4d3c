import { constants } from "node:os";
import { OcilabError } from "../base/errors.ts";
import type { Running } from "../vm/run.ts";
import type { Context } from "./command.ts";

/** This process's terminal on loan to a command: raw from `start` on, so that every key travels; as before once disposed of. */
export type Screen = Disposable & {
  readonly size: { readonly rows: number; readonly columns: number };
  start(running: Running): void;
};

/** Lend this terminal. Error: "vm.no-terminal" when standard input or output is none. */
export function attachTerminal(): Screen {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY)
    throw new OcilabError("vm.no-terminal", {
      doing: "give the command a terminal",
      got: `standard ${stdin.isTTY ? "output" : "input"} is none`,
      hint: "run it from a terminal, or without -t: ocilab vm -- COMMAND",
    });
  const size = () => ({ rows: stdout.rows || 24, columns: stdout.columns || 80 });
  let onResize = (): void => {};
  return {
    size: size(),
    start(running) {
      stdin.setRawMode(true);
      onResize = () => running.resize(size().rows, size().columns);
      onResize();
      stdout.on("resize", onResize);
    },
    [Symbol.dispose]() {
      stdout.off("resize", onResize);
      stdin.setRawMode(false);
    },
  };
}

const passedOn = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;
const enough = 3;

/** Signals on their way into the machine. `signal` aborts before the command runs, and at the third that should have ended it. */
export type Forwarding = Disposable & {
  readonly signal: AbortSignal;
  to(running: Running): void;
};

/** Until `to` is called signals end this command as they end any; from then on the command in the machine gets them. */
export function forwardSignals(context: Context): Forwarding {
  const controller = new AbortController();
  const onAbort = () => controller.abort(context.signal?.reason);
  context.signal?.addEventListener("abort", onAbort, { once: true });
  let held: Disposable | undefined;
  let asked = 0;
  let target: Running | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    asked += name === "SIGUSR1" || name === "SIGUSR2" ? 0 : 1;
    target?.signal(name.slice("SIG".length));
    if (asked < enough) return;
    process.exitCode = 128 + constants.signals[name];
    controller.abort(
      new OcilabError("host.interrupted", {
        doing: "run the command in the machine",
        got: `stopped by ${name}, the third signal`,
      }),
    );
  };
  return {
    signal: controller.signal,
    to(running) {
      target = running;
      held = context.holdSignals();
      for (const name of passedOn) process.on(name, onSignal);
    },
    [Symbol.dispose]() {
      for (const name of passedOn) process.off(name, onSignal);
      held?.[Symbol.dispose]();
      context.signal?.removeEventListener("abort", onAbort);
    },
  };
}
