import { PassThrough, Writable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { endCutter, linesOf, pumpUntil } from "../../src/vm/streams.ts";

const end = Buffer.from("end-of-it");

test("bytes go through unchanged, the end mark does not, wherever the chunks are cut", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (bytes, sizes) => {
        const all = Buffer.concat([bytes, Buffer.from("end-of-"), bytes, end]);
        const cut = endCutter(end);
        const out: Buffer[] = [];
        let done = false;
        for (let at = 0, turn = 0; at < all.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          const part = cut(all.subarray(at, at + size));
          out.push(part.data);
          done = part.done;
          at += size;
          if (at < all.length) expect(done).toBe(false);
        }
        expect(done).toBe(true);
        expect(Buffer.concat(out)).toEqual(all.subarray(0, all.length - end.length));
      },
    ),
  );
});

test("what cannot be the end mark is not held back", () => {
  const cut = endCutter(end);
  expect(cut(Buffer.from("prompt# ")).data.toString()).toBe("prompt# ");
  expect(cut(Buffer.from("x en")).data.toString()).toBe("x ");
  expect(cut(Buffer.from("emy")).data.toString()).toBe("enemy");
});

test("a reader that has gone is reported once, and the rest goes nowhere", async () => {
  const from = new PassThrough();
  let closed = 0;
  const to = new Writable({ write: (_chunk, _encoding, done) => done(new Error("EPIPE")) });
  to.on("error", () => {});
  const pumped = pumpUntil(from, to, { end: "END", onClosed: () => (closed += 1) });
  for (let turn = 0; turn < 50; turn++) from.write(Buffer.alloc(10_000));
  from.end("END");
  await pumped;
  expect(closed).toBe(1);
});

test("lines come whole whatever the chunks", async () => {
  const from = new PassThrough();
  for (const part of ["re", "ady\nexi", "t 3\nrest"]) from.write(part);
  from.end();
  expect(await Array.fromAsync(linesOf(from))).toEqual(["ready", "exit 3"]);
});
