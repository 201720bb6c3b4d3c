import { errnoOf, OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { ImageReference } from "../oci/image.ts";
import { formatReference } from "../oci/reference.ts";

/** An error of node:fs as one that names the image: "image.unreadable". Every other error is given back as it is. */
export function unreadable(error: unknown, reference: string | ImageReference): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || error instanceof OcilabError || !(error instanceof Error)) return error;
  const text = typeof reference === "string" ? reference : formatReference(reference);
  return new OcilabError("image.unreadable", {
    doing: `open the image ${quote(text)}`,
    got: `the system answered ${quote(error.message)}`,
    facts: { errno },
    cause: error,
  });
}
