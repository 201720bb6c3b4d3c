import { createHash } from "node:crypto";
import { once } from "node:events";
import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { Cancel } from "../../base/brand.ts";
import { OcilabError } from "../../base/errors.ts";
import type { LayerBlob } from "../image.ts";
import { magicLength, recogniseCompression } from "./compression.ts";

/** Whether the helper can read the layer from its file itself: all of a file, or an uncompressed run of one. Else it is fed. */
export function isReadable(layer: LayerBlob): boolean {
  const { span } = layer;
  if (span === undefined || span.length !== layer.descriptor.size) return false;
  if (span.offset === 0 && statSync(span.path).size === span.length) return true;
  const first = Buffer.alloc(Math.min(magicLength, span.length));
  const fd = openSync(span.path, "r");
  try {
    readSync(fd, first, 0, first.length, span.offset);
    return recogniseCompression(first) === "none";
  } catch {
    return false;
  } finally {
    closeSync(fd);
  }
}

/**
 * Send a layer's stored bytes to the helper and verify their size and digest. If the helper ends before it has all, so does this:
 * the helper has said why.
 * Errors: "layer.size-mismatch", "layer.digest-mismatch", and the source's own.
 */
export async function feed(
  to: Writable,
  layer: LayerBlob,
  options: Cancel & { readonly doing: string },
): Promise<void> {
  const { digest, size } = layer.descriptor;
  const [algorithm = "sha256"] = digest.split(":");
  const hash = createHash(algorithm);
  let bytes = 0;
  to.on("error", () => {});
  try {
    const source = await openLayer(layer, options);
    for await (const piece of source as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > size) break;
      hash.update(piece);
      if (!to.write(piece)) await settled(to);
      if (to.destroyed) return;
    }
  } finally {
    to.end();
  }
  const got = bytes === size ? `${algorithm}:${hash.digest("hex")}` : undefined;
  if (got === undefined) {
    const have = bytes > size ? "more" : `only ${bytes}`;
    throw new OcilabError("layer.size-mismatch", {
      doing: options.doing,
      got: `it has ${have} bytes, the image promises ${size}`,
      facts: { layer: digest },
    });
  }
  if (got === digest) return;
  throw new OcilabError("layer.digest-mismatch", {
    doing: options.doing,
    got: `its bytes have the digest ${got}`,
    facts: { layer: digest },
  });
}

function openLayer(layer: LayerBlob, options: Cancel): Promise<Readable> | Readable {
  const { span } = layer;
  if (span === undefined || span.length === 0) return layer.open(options);
  return createReadStream(span.path, {
    start: span.offset,
    end: span.offset + span.length - 1,
    highWaterMark: 256 * 1024,
  });
}

/** Until `to` takes more, or never will. */
async function settled(to: Writable): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  const names = ["drain", "close", "error"];
  await Promise.race(names.map((name) => once(to, name, { signal }).catch(() => {})));
  over.abort();
}
