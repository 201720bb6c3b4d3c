/**
 * What goes over the socket of a keeper, in both directions: one byte of kind, four of length (big endian), the payload. "output" and "error"
 * are bytes of the container's streams, "input" bytes for it; the others are JSON, "input-end" is empty.
 */
export const frameKinds = [
  "hello",
  "output",
  "error",
  "exit",
  "subscribe",
  "input",
  "input-end",
  "resize",
] as const;
export type FrameKind = (typeof frameKinds)[number];
export type Frame = { readonly kind: FrameKind; readonly payload: Buffer };

/** The most that one frame holds: whoever announces more is not one of ours. */
const mostPayload = 1 << 20;
const head = 5;

export function encodeFrame(kind: FrameKind, payload: Uint8Array | string = ""): Buffer {
  const bytes = Buffer.from(payload);
  const frame = Buffer.alloc(head + bytes.length);
  frame.writeUInt8(frameKinds.indexOf(kind), 0);
  frame.writeUInt32BE(bytes.length, 1);
  bytes.copy(frame, head);
  return frame;
}

/** The bytes of one stream as frames of at most 64 KiB each. */
export function encodeBytes(kind: FrameKind, bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 65_536) {
    parts.push(encodeFrame(kind, bytes.subarray(at, at + 65_536)));
  }
  return Buffer.concat(parts);
}

/** Cuts what arrives into frames. `push` throws a TypeError for what is no frame: then the other end is to be dropped. */
export function frameReader(): { readonly push: (bytes: Buffer) => readonly Frame[] } {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(bytes) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      const frames: Frame[] = [];
      while (rest.length >= head) {
        const kind = frameKinds[rest.readUInt8(0)];
        const length = rest.readUInt32BE(1);
        if (kind === undefined || length > mostPayload) throw new TypeError("this is no frame of a keeper");
        if (rest.length < head + length) break;
        frames.push({ kind, payload: rest.subarray(head, head + length) });
        rest = rest.subarray(head + length);
      }
      return frames;
    },
  };
}
