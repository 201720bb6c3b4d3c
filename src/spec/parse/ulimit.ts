import { nearest } from "../../base/text.ts";
import type { Rlimit } from "../../oci/spec.ts";
import { badValue } from "./bad-value.ts";

/** The resources of getrlimit(2) that Linux knows, in the order of include/uapi/asm-generic/resource.h. */
export const rlimitTypes = [
  "RLIMIT_CPU",
  "RLIMIT_FSIZE",
  "RLIMIT_DATA",
  "RLIMIT_STACK",
  "RLIMIT_CORE",
  "RLIMIT_RSS",
  "RLIMIT_NPROC",
  "RLIMIT_NOFILE",
  "RLIMIT_MEMLOCK",
  "RLIMIT_AS",
  "RLIMIT_LOCKS",
  "RLIMIT_SIGPENDING",
  "RLIMIT_MSGQUEUE",
  "RLIMIT_NICE",
  "RLIMIT_RTPRIO",
  "RLIMIT_RTTIME",
] as const;

/** RLIM_INFINITY of a 64-bit kernel: all bits set, more than a double can hold. */
export const unlimited = 18446744073709551615n;

const form = 'NAME=SOFT[:HARD], for example "nofile=1024:2048"; "unlimited" or -1 is no limit';

/** "nofile=1024:2048", "core=0", "memlock=unlimited" → an rlimit; without HARD it equals SOFT. Errors: "spec.bad-option". */
export function parseUlimit(text: string): Rlimit {
  const match = /^([A-Za-z_]+)=([^:]+)(?::([^:]+))?$/.exec(text.trim());
  if (match === null) throw badValue("limit", text, { got: "it has another form", form });
  const [, name = "", softText = "", hardText = softText] = match;
  const soft = amount(softText, text);
  const hard = amount(hardText, text);
  if (soft > hard) throw badValue("limit", text, { got: "the soft limit is above the hard limit", form });
  return { type: typeOf(name, text), soft, hard };
}

function typeOf(name: string, text: string): string {
  const upper = name.toUpperCase();
  const type = upper.startsWith("RLIMIT_") ? upper : `RLIMIT_${upper}`;
  if ((rlimitTypes as readonly string[]).includes(type)) return type;
  const near = nearest(type, rlimitTypes)?.slice("RLIMIT_".length).toLowerCase();
  const got =
    near === undefined ? "Linux has no such limit" : `Linux has no such limit; did you mean ${near}?`;
  throw badValue("limit", text, { got, form });
}

function amount(text: string, whole: string): number | bigint {
  if (text === "unlimited" || text === "-1") return unlimited;
  if (!/^\d{1,20}$/.test(text))
    throw badValue("limit", whole, { got: `${JSON.stringify(text)} is no number`, form });
  const exact = BigInt(text);
  if (exact > unlimited) throw badValue("limit", whole, { got: `${text} is more than 64 bits hold`, form });
  return exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : exact;
}
