import type { Brand } from "../base/brand.ts";

/** An int64 or uint64 of the specifications: a number where it is safe, else a bigint. */
export type Integer64 = number | bigint;

/** `sha256:` or `sha512:` and lower-case hex of the right length (image-spec descriptor.md#digests). Made by `parseDigest`. */
export type Digest = Brand<`${"sha256" | "sha512"}:${string}`, "Digest">;
