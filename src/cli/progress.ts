import { log } from "../base/log.ts";
import type { PullEvent } from "../image/store/pulling.ts";
import type { Descriptor } from "../oci/image.ts";
import { type BlobState, blobLine, eventLine, withEvent } from "./render/pull.ts";

/** Tells a pull on standard error: one line a layer, redrawn on a terminal. Disposing of it leaves the last state standing. */
export type PullProgress = Disposable & {
  readonly onEvent: (event: PullEvent) => void;
  /** A line that stays; under --json it goes to the log, at level info. */
  note(line: string): void;
};

type Screen = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
};

/** `silent`: under --json, where nothing is told. Only what `resolved` lists is told: manifest and configuration are not. */
export function pullProgress({
  silent,
  screen = process.stderr,
}: {
  readonly silent: boolean;
  readonly screen?: Screen;
}): PullProgress {
  if (silent) return { onEvent() {}, note: (line) => log.info(line), [Symbol.dispose]() {} };
  return screen.isTTY === true ? redrawn(screen) : plain(screen);
}

function plain(screen: Screen): PullProgress {
  let listed: readonly Descriptor[] = [];
  return {
    onEvent(event) {
      if (event.kind === "resolved") listed = event.blobs;
      else if (!listed.some(({ digest }) => digest === event.target.digest)) return;
      const line = eventLine(event);
      if (line !== undefined) screen.write(`${line}\n`);
    },
    note: (line) => void screen.write(`${line}\n`),
    [Symbol.dispose]() {},
  };
}

/** Milliseconds between two pictures. */
const pause = 80;

function redrawn(screen: Screen): PullProgress {
  let blobs: readonly BlobState[] = [];
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    timer = undefined;
    const most = Math.max(1, (screen.rows ?? 24) - 2);
    const lines = shown(blobs, most).map(
      (blob) => `\x1b[2K${blobLine(blob, (screen.columns ?? 80) - 1)}\r\n`,
    );
    screen.write(`${drawn === 0 ? "" : `\x1b[${drawn}A`}\r${lines.join("")}\x1b[0J`);
    drawn = lines.length;
  };
  return {
    onEvent(event) {
      if (event.kind === "resolved") screen.write(`${eventLine(event)}\r\n`);
      blobs = withEvent(blobs, event);
      if (blobs.every(({ says }) => says === "done" || says === "there already")) {
        clearTimeout(timer);
        draw();
      } else timer ??= setTimeout(draw, pause).unref();
    },
    note(line) {
      screen.write(`${drawn === 0 ? "" : `\x1b[${drawn}A`}\r\x1b[0J${line}\r\n`);
      drawn = 0;
      if (blobs.length > 0) draw();
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      if (blobs.length > 0) draw();
    },
  };
}

/** Where the terminal is too low for all, those that are still coming. */
function shown(blobs: readonly BlobState[], most: number): readonly BlobState[] {
  if (blobs.length <= most) return blobs;
  const coming = blobs.filter(({ bytes, target }) => bytes < target.size);
  return [...coming, ...blobs.filter((blob) => !coming.includes(blob))].slice(0, most);
}
