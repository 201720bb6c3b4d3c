import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { Cancel } from "../../base/brand.ts";
import { OcilabError } from "../../base/errors.ts";
import type { LayerJob } from "./job.ts";

/** The verification of an image's layers that lie in files, while the helper unpacks them. Dispose of it to end what still runs. */
export type Verification = Disposable & {
  /** Resolves to why the layer is not what the image promises, or to undefined when it is, or when it is fed. Never rejects. */
  whyNot(index: number): Promise<unknown>;
  /** The same of a layer that the helper has refused: its damage is worth more than what came of it. */
  whyRefused(index: number): Promise<unknown>;
};

/**
 * Begin to verify, one after the other, size and digest of the layers that lie in files. A layer whose digest is its diff-id is not
 * compressed: the helper digests the very bytes that it unpacks, and this is done here only when it has been refused.
 * Errors that `whyNot` resolves to: "layer.size-mismatch", "layer.digest-mismatch", the kernel's.
 */
export function startVerification(layers: readonly LayerJob[]): Verification {
  const over = new AbortController();
  const { signal } = over;
  const verify = (layer: LayerJob, index: number) =>
    verifyFile(layer, { signal, doing: `unpack layer ${index + 1} of ${layers.length} (${layer.digest})` });
  let before: Promise<unknown> = Promise.resolve();
  const running = layers.map((layer, index) => {
    if (layer.from.kind === "fed" || layer.digest === layer.diffId) return undefined;
    const result = before.then(() => verify(layer, index)).catch((error: unknown) => error);
    before = result;
    return result;
  });
  return {
    whyNot: async (index) => await running[index],
    async whyRefused(index) {
      const layer = layers[index];
      if (layer === undefined || layer.from.kind === "fed") return undefined;
      return await (running[index] ?? verify(layer, index).catch((error: unknown) => error));
    },
    [Symbol.dispose]: () => over.abort(),
  };
}

async function verifyFile(
  { digest, size, from }: LayerJob,
  { signal, doing }: Cancel & { readonly doing: string },
): Promise<undefined> {
  if (from.kind === "fed") return;
  await using file = await open(from.path, "r");
  const [algorithm = "sha256"] = digest.split(":");
  const hash = createHash(algorithm);
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
  let done = 0;
  while (done < size) {
    signal?.throwIfAborted();
    const most = Math.min(buffer.length, size - done);
    const { bytesRead } = await file.read(buffer, 0, most, from.offset + done);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    done += bytesRead;
  }
  const facts = { layer: digest };
  if (done < size) {
    const got = `it has ${done} bytes, the image promises ${size}`;
    throw new OcilabError("layer.size-mismatch", { doing, got, facts });
  }
  const got = `${algorithm}:${hash.digest("hex")}`;
  if (got !== digest)
    throw new OcilabError("layer.digest-mismatch", {
      doing,
      got: `its bytes have the digest ${got}`,
      facts,
    });
}
