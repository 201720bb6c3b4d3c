import { bundleCodes } from "./codes/bundle.ts";
import { containerCodes } from "./codes/container.ts";
import { hostCodes } from "./codes/host.ts";
import { imageCodes } from "./codes/image.ts";
import { kernelCodes } from "./codes/kernel.ts";
import { layerCodes } from "./codes/layer.ts";
import { registryCodes } from "./codes/registry.ts";
import { runtimeCodes } from "./codes/runtime.ts";
import { specCodes } from "./codes/spec.ts";
import { storeCodes } from "./codes/store.ts";
import type { CodeDescription } from "./codes/table.ts";
import { usageCodes } from "./codes/usage.ts";
import { vmCodes } from "./codes/vm.ts";

/** Every error code with its meaning and remedy, one family a file under codes/; docs/errors.md is printed from this table. */
export const errorCodes = {
  ...usageCodes,
  ...hostCodes,
  ...imageCodes,
  ...storeCodes,
  ...registryCodes,
  ...layerCodes,
  ...specCodes,
  ...bundleCodes,
  ...runtimeCodes,
  ...kernelCodes,
  ...containerCodes,
  ...vmCodes,
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** The parts of an error: what we were doing, to what, what came back, and what to try. Lower case, no full stop. */
export type ErrorParts = {
  /** What we were doing and to what: `unpack layer 2 of "app.tar"`. */
  readonly doing: string;
  /** What came back: `the entry "../x" leads out of the rootfs`. Foreign text goes through `quote` first. */
  readonly got: string;
  /** What to try, one line. Left out only where the code's general remedy says all there is to say. */
  readonly hint?: string | undefined;
  /** The facts for `--json` and logs: plain values only. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
};

/** The one error class of ocilab. `message` is `DOING: GOT`; `code` is stable and listed in docs/errors.md. */
export class OcilabError extends Error {
  override readonly name = "OcilabError";
  readonly code: ErrorCode;
  readonly doing: string;
  readonly got: string;
  readonly hint: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, parts: ErrorParts) {
    super(`${parts.doing}: ${parts.got}`, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = code;
    this.doing = parts.doing;
    this.got = parts.got;
    this.hint = parts.hint;
    this.facts = parts.facts ?? {};
  }
}

/** The exit code of a command that ends with this error: 1, 2 or 3 by its code; 1 for an error that is not ours. */
export function exitCodeOf(error: unknown): 1 | 2 | 3 {
  if (!(error instanceof OcilabError)) return 1;
  const description: CodeDescription = errorCodes[error.code];
  return description.exit ?? 1;
}

/** The error that came first, of one that clearing up made a SuppressedError (ECMAScript's `using`) of. */
export function firstError(error: unknown): unknown {
  const wrapped = error instanceof Error && error.name === "SuppressedError" && "suppressed" in error;
  return wrapped ? firstError(error.suppressed) : error;
}

/** The errno name ("ENOENT") of an error thrown by node:fs or by src/linux, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = (error as NodeJS.ErrnoException).code;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}
