import { createHash } from "node:crypto";
import type { Digest } from "./image.ts";

/**
 * The chain-ids of a stack of layers, base first: each names a layer together with all below it (image-spec config.md#layer-chainid). The first
 * is the diff-id itself; the others are sha256 digests, whatever the diff-ids are.
 */
export function chainIds(diffIds: readonly Digest[]): readonly Digest[] {
  const chain: Digest[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    const text = `${below} ${diffId}`;
    chain.push(
      below === undefined ? diffId : (`sha256:${createHash("sha256").update(text).digest("hex")}` as Digest),
    );
  }
  return chain;
}
