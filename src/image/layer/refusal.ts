import type { ErrorCode } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";

export type LayerErrorCode = Extract<ErrorCode, `layer.${string}`>;

/** Why a layer cannot be unpacked. Whoever knows the layer makes an OcilabError of it that names both. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: LayerErrorCode;
  /** What is wrong, as the end of "the entry X …" or as a clause of its own. */
  readonly because: string;

  constructor(code: LayerErrorCode, because: string, cause?: unknown) {
    super(because, cause === undefined ? undefined : { cause });
    this.code = code;
    this.because = because;
  }
}

/** A name of one character a byte, as tar and the kernel have it, quoted for a message as the UTF-8 it most likely is. */
export function quoteName(bytes: string): string {
  return quote(Buffer.from(bytes, "latin1").toString("utf8"));
}
