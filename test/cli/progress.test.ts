import { expect, test } from "vitest";
import { pullProgress } from "../../src/cli/progress.ts";
import type { PullEvent } from "../../src/image/store/pulling.ts";
import type { Descriptor } from "../../src/oci/image.ts";

const blob = (letter: string, size: number): Descriptor => ({
  mediaType: "application/vnd.oci.image.layer.v1.tar",
  digest: `sha256:${letter.repeat(64)}` as Descriptor["digest"],
  size,
});
const [a, b, config] = [blob("a", 2048), blob("b", 1024), blob("c", 5)];
const events: readonly PullEvent[] = [
  { kind: "there", target: config },
  { kind: "resolved", name: "docker.io/library/app:1", blobs: [a, b] },
  { kind: "begun", target: a },
  { kind: "bytes", target: a, bytes: 1024 },
  { kind: "waiting", target: b },
];
const ends: readonly PullEvent[] = [
  { kind: "fetched", target: a },
  { kind: "there", target: b },
];

function told(
  given: readonly PullEvent[],
  screen: { isTTY?: boolean; columns?: number; rows?: number },
  silent = false,
): string {
  let text = "";
  {
    using progress = pullProgress({ silent, screen: { ...screen, write: (piece) => (text += piece) } });
    for (const event of given) progress.onEvent(event);
  }
  return text;
}

test("plain lines where they cannot be redrawn; the configuration is not told", () => {
  expect(told([...events, ...ends], {}).split("\n")).toEqual([
    "pull docker.io/library/app:1: 2 layers, 3 KiB",
    "bbbbbbbbbbbb  another process fetches it",
    "aaaaaaaaaaaa  done  2 KiB",
    "bbbbbbbbbbbb  there already",
    "",
  ]);
});

test("one line a layer on a terminal, redrawn, never wider or higher than it", () => {
  const text = told(events, { isTTY: true, columns: 60, rows: 20 });
  expect(text).toContain("aaaaaaaaaaaa  [############            ]  1 KiB of 2 KiB\r\n");
  expect(text).toContain("bbbbbbbbbbbb  [");
  for (const line of text.split("\r\n"))
    expect(line.replace(/\x1b\[\d*[A-Z]|\r/g, "").length).toBeLessThan(60);
  const low = told(events, { isTTY: true, columns: 60, rows: 3 });
  expect(low.match(/\x1b\[2K/g)?.length).toBe(1);
  const done = told([...events, ...ends], { isTTY: true, columns: 60, rows: 20 });
  expect(done).toMatch(/aaaaaaaaaaaa {2}done +2 KiB/);
  expect(done).toMatch(/bbbbbbbbbbbb {2}there already +1 KiB/);
});

test("a note stays above the picture, which is drawn again below it", () => {
  let text = "";
  using progress = pullProgress({
    silent: false,
    screen: { isTTY: true, columns: 60, rows: 20, write: (piece) => (text += piece) },
  });
  for (const event of [...events, ...ends]) progress.onEvent(event);
  text = "";
  progress.note("a registry is slow");
  expect(text).toMatch(
    /^\x1b\[2A\r\x1b\[0Ja registry is slow\r\n\r\x1b\[2Kaaaaaaaaaaaa .*\r\n\x1b\[2Kbbbbbbbbbbbb .*\r\n\x1b\[0J$/,
  );
});

test("nothing under --json", () => {
  expect(told([...events, ...ends], { isTTY: true }, true)).toBe("");
});
