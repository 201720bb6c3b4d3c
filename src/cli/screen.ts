import type { ReadStream, WriteStream } from "node:tty";
import type { Cancel } from "../base/brand.ts";

/** A picture of a live screen: lines that may carry styles and are at most `columns` wide. */
export type Picture = (size: { readonly columns: number; readonly rows: number }) => readonly string[];

export type Screen = Disposable & {
  /** Show a picture; only the lines that changed are written. Drawn anew, whole, when the terminal changes its size. */
  show(picture: Picture): void;
  /** Resolves when the user presses q, Q, Escape or Ctrl-C. */
  readonly left: Promise<void>;
};

const enter = "\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J";
const leave = "\x1b[?25h\x1b[?1049l";

/**
 * Take the terminal's alternate screen, with the keyboard raw where standard input is a terminal. Disposing of it gives the terminal back as it was, also
 * when the process ends otherwise than by a kill.
 */
export function openScreen(
  output: Pick<WriteStream, "write" | "columns" | "rows" | "on" | "off">,
  input: ReadStream,
): Screen {
  let drawn: readonly string[] = [];
  let current: Picture | undefined;
  const draw = (): void => {
    const size = { columns: output.columns || 80, rows: output.rows || 24 };
    const lines = (current?.(size) ?? []).slice(0, size.rows);
    output.write(changes(drawn, lines));
    drawn = lines;
  };
  const redraw = (): void => {
    drawn = [];
    output.write("\x1b[2J");
    draw();
  };
  const keys = watchKeys(input);
  const restore = (): void => void output.write(leave);
  process.on("exit", restore);
  output.on("resize", redraw);
  output.write(enter);
  return {
    left: keys.left,
    show(picture) {
      current = picture;
      draw();
    },
    [Symbol.dispose]() {
      process.off("exit", restore);
      output.off("resize", redraw);
      keys.stop();
      restore();
    },
  };
}

/** What turns one picture into another: each changed line at its place, and the rest of it cleared. In one write, so that nothing flickers. */
export function changes(before: readonly string[], after: readonly string[]): string {
  const most = Math.max(before.length, after.length);
  const changed = Array.from({ length: most }, (_, row) => {
    const line = after[row] ?? "";
    return line === (before[row] ?? "") ? "" : `\x1b[${row + 1};1H${line}\x1b[0m\x1b[K`;
  }).join("");
  // Synchronised update (mode 2026): terminals that know it show the whole at once, others ignore it.
  return changed === "" ? "" : `\x1b[?2026h${changed}\x1b[?2026l`;
}

function watchKeys(input: ReadStream): { readonly left: Promise<void>; stop(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (!input.isTTY) return { left: promise, stop() {} };
  const onData = (data: Buffer): void => {
    const text = data.toString("latin1");
    if (/[qQ\x03]/.test(text) || text === "\x1b") resolve();
  };
  input.setRawMode(true);
  input.on("data", onData);
  input.resume();
  return {
    left: promise,
    stop() {
      input.off("data", onData);
      input.setRawMode(false);
      input.pause();
    },
  };
}

/** Resolves after `milliseconds`, or earlier when `until` does. Rejects with the signal's reason when aborted. Leaves no timer behind. */
export function pauseFor(
  milliseconds: number,
  { signal, until }: Cancel & { readonly until: Promise<unknown> },
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      then();
    };
    const onAbort = (): void => settle(() => reject(signal?.reason));
    const timer = setTimeout(() => settle(resolve), milliseconds);
    signal?.addEventListener("abort", onAbort, { once: true });
    void until.then(() => settle(resolve));
  });
}
