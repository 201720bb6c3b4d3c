import { errnoOf, OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { ImageReference } from "../oci/image.ts";
import { formatReference } from "../oci/reference.ts";
import { nearbyName } from "./no-such-path.ts";

/**
 * An error of node:fs as one that names the image: "image.unreadable". What a registry does not have gets a hint at what is here by a similar name.
 * Every other error is given back as it is.
 */
export function unreadable(error: unknown, reference: string | ImageReference): unknown {
  if (error instanceof OcilabError)
    return typeof reference === "string" ? withNearbyName(error, reference) : error;
  const errno = errnoOf(error);
  if (errno === undefined || !(error instanceof Error)) return error;
  const text = typeof reference === "string" ? reference : formatReference(reference);
  return new OcilabError("image.unreadable", {
    doing: `open the image ${quote(text)}`,
    got: `the system answered ${quote(error.message)}`,
    facts: { errno },
    cause: error,
  });
}

/** A registry was asked because there is no such path: a mistyped path looks the same. */
function withNearbyName(error: OcilabError, text: string): OcilabError {
  const { code, doing, got, hint, facts, cause } = error;
  const wanting = ["registry.not-found", "registry.unauthorized", "registry.unreachable"].includes(code);
  const told = hint?.startsWith("did you mean") === true;
  const near = wanting && !told && !text.includes("://") ? nearbyName(text) : undefined;
  if (near === undefined) return error;
  const meant = `there is no file ${quote(text)} either; did you mean ${quote(near)}?`;
  return new OcilabError(code, { doing, got, hint: meant, facts: { ...facts, nearest: near }, cause });
}
