import { createHash } from "node:crypto";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { algorithmOf } from "../oci/digest.ts";
import type { Image } from "./image.ts";

/** Read every layer of an opened image as it is stored, and compare size and digest with its descriptor. Errors: "image.wrong-size", "image.wrong-digest". */
export async function verifyLayers({ layers }: Image, options: Cancel = {}): Promise<void> {
  for (const [index, layer] of layers.entries()) {
    const { digest, size } = layer.descriptor;
    const algorithm = algorithmOf(digest);
    const doing = `verify layer ${index + 1} of ${layers.length} (${digest})`;
    const hash = createHash(algorithm);
    let bytes = 0;
    for await (const chunk of (await layer.open(options)) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    const hint = "if it is in the store, `ocilab pull --verify` fetches it again";
    if (bytes !== size)
      throw new OcilabError("image.wrong-size", {
        doing,
        got: `it has ${bytes} bytes, its descriptor says ${size}`,
        hint,
      });
    const got = `${algorithm}:${hash.digest("hex")}`;
    if (got !== digest)
      throw new OcilabError("image.wrong-digest", {
        doing,
        got: `its bytes have the digest ${got}`,
        hint,
        facts: { digest: got },
      });
  }
}
