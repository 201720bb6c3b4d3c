import { OcilabError } from "../base/errors.ts";
import { nearest, quote } from "../base/text.ts";
import { capabilityNames } from "../oci/capabilities.ts";
import type { SpecContext } from "./context.ts";

/** The capabilities that the host can grant, or all the kernel headers name when the context does not say. */
export function grantableOf(context: SpecContext): readonly string[] {
  return context.grantable ?? capabilityNames;
}

/**
 * "net_admin", "NET_ADMIN" or "CAP_NET_ADMIN" → "CAP_NET_ADMIN".
 * Errors: "spec.unknown-capability" with the nearest name.
 */
export function parseCapability(text: string): string {
  const upper = text.trim().toUpperCase();
  const name = upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
  if ((capabilityNames as readonly string[]).includes(name)) return name;
  const near = nearest(name, capabilityNames);
  throw new OcilabError("spec.unknown-capability", {
    doing: `read the capability ${quote(text)}`,
    got: "the kernel has no such capability",
    hint:
      near === undefined ? "capabilities(7) lists them; ALL stands for every one" : `did you mean ${near}?`,
    facts: { capability: text, nearest: near },
  });
}
