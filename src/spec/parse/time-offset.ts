import type { TimeOffset } from "../../oci/spec.ts";
import { badValue } from "./bad-value.ts";

const form = "monotonic=SECONDS or boottime=SECONDS, for example boottime=86400 or monotonic=-1.5";

/**
 * "boottime=86400", "monotonic=-1.5": seconds with up to nine decimals by which a clock of a time namespace is ahead of the host's
 * (time_namespaces(7)). Nanoseconds count upwards, as in timespec. Errors: "spec.bad-option".
 */
export function parseTimeOffset(text: string): readonly ["monotonic" | "boottime", TimeOffset] {
  const match = /^(monotonic|boottime)=([+-]?)(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text.trim());
  if (match === null) throw badValue("time offset", text, { got: "it has another form", form });
  const [, clock, sign, whole = "0", part = ""] = match;
  const fraction = Number(part.padEnd(9, "0"));
  const below = sign === "-" && fraction > 0;
  const secs = sign === "-" ? 0 - Number(whole) - (below ? 1 : 0) : Number(whole);
  const nanosecs = below ? 1_000_000_000 - fraction : fraction;
  return [clock === "boottime" ? "boottime" : "monotonic", { secs, ...(nanosecs === 0 ? {} : { nanosecs }) }];
}
