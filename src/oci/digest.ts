import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { Digest } from "./image.ts";

const forms = { sha256: /^sha256:[0-9a-f]{64}$/, sha512: /^sha512:[0-9a-f]{128}$/ } as const;

/** The digest that `text` writes: sha256 or sha512, lower-case hex (image-spec descriptor.md#digests). Throws "spec.bad-digest". */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new OcilabError("spec.bad-digest", {
    doing: `read the digest ${quote(text, 160)}`,
    got: faultOf(text),
  });
}

/** Whether `text` is a digest that `parseDigest` takes. */
export function isDigest(text: string): text is Digest {
  return Object.values(forms).some((form) => form.test(text));
}

/** The algorithm of a digest, by the name that node:crypto gives it. */
export function algorithmOf(digest: Digest): "sha256" | "sha512" {
  return digest.startsWith("sha512:") ? "sha512" : "sha256";
}

/** The part of a digest after the colon: the name of its blob below blobs/ALGORITHM/. Only `[0-9a-f]`, so it is safe in a path. */
export function encodedOf(digest: Digest): string {
  return digest.slice(digest.indexOf(":") + 1);
}

function faultOf(text: string): string {
  const [algorithm = "", encoded] = text.split(":", 2);
  if (encoded === undefined) return "a digest is written ALGORITHM:HEX";
  if (!Object.hasOwn(forms, algorithm))
    return `the algorithm ${quote(algorithm, 40)} is neither sha256 nor sha512`;
  if (/[A-F]/.test(encoded)) return "its hex digits must be lower case";
  const digits = algorithm === "sha512" ? 128 : 64;
  return `${algorithm} takes ${digits} hex digits, it has ${quote(encoded, 140)} (${encoded.length})`;
}
