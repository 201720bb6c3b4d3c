import { setTimeout as sleep } from "node:timers/promises";
import type { Cancel } from "../../../base/brand.ts";
import { OcilabError } from "../../../base/errors.ts";
import { log } from "../../../base/log.ts";
import { quote } from "../../../base/text.ts";

/** How often and how long a failure that may pass is waited for. Milliseconds. */
export type Patience = {
  /** Tries in a row without success; the first one counts. */
  readonly tries: number;
  /** The first pause; each further one is twice as long, up to `longest`, and between half and all of it by chance. */
  readonly pause: number;
  readonly longest: number;
  /** The longest Retry-After that is waited for. */
  readonly patientFor: number;
  /** Told of tries that follow a silence, and of pauses that are noticed. */
  readonly notices?: Notices | undefined;
};

/** Milliseconds of a pause that wants an explanation. */
const noticedPause = 2000;

export const usualPatience: Patience = { tries: 5, pause: 500, longest: 20_000, patientFor: 120_000 };

/** A failure that another try may mend. Never leaves this folder: `error` does. */
export class Passing extends Error {
  readonly error: OcilabError;
  /** Milliseconds that the server asked us to wait. */
  readonly after: number | undefined;
  /** It took so long that the next try is told. */
  readonly noticed: boolean;

  constructor(error: OcilabError, after?: number, { noticed = false } = {}) {
    super(error.message, { cause: error });
    this.error = error;
    this.after = after;
    this.noticed = noticed;
  }
}

/** Lines for people about what takes long. `after`: milliseconds of silence until the first. */
export type Notices = { readonly after: number; tell(line: string): void };

/** Say whom we wait for, when nothing has come after a while. Dispose of it when something has. */
export function whileWaiting(
  { host }: URL,
  doing: string,
  { notices, silence }: { readonly notices: Notices | undefined; readonly silence: number },
): Disposable {
  if (notices === undefined) return { [Symbol.dispose]() {} };
  const { after } = notices;
  const tell = (): void =>
    notices.tell(
      `${doing}: ${quote(host)} has sent nothing for ${inSeconds(after)}; this try ends after ${inSeconds(silence)} at most (--registry-timeout)`,
    );
  const timer = setTimeout(tell, after);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** The failure of a server that says nothing. */
export function tooQuiet(url: URL, doing: string): Passing {
  const got = `${quote(url.host)} did not answer in time`;
  const error = new OcilabError("registry.unreachable", { doing, got, facts: { host: url.host } });
  return new Passing(error, undefined, { noticed: true });
}

/** The error to show for what was thrown. */
export function lastly(thrown: unknown): unknown {
  return thrown instanceof Passing ? thrown.error : thrown;
}

/**
 * What `attempt` returns, tried again while it throws `Passing` (RFC 9110 section 10.2.3 for Retry-After), with pauses that grow and vary, so that
 * many clients do not come back at the same moment. Throws the last failure's error; the signal's reason when aborted, also in a pause.
 */
export async function patiently<T>(
  attempt: () => Promise<T>,
  { patience, signal }: Cancel & { readonly patience: Patience },
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (thrown) {
      signal?.throwIfAborted();
      if (!(thrown instanceof Passing)) throw thrown;
      await pauseAfter(thrown, { failures, patience, signal });
    }
  }
}

/** Wait before the next try after `failures` failures in a row, or throw the failure's error when there should be none. */
export async function pauseAfter(
  failure: Passing,
  { failures, patience, signal }: Cancel & { readonly failures: number; readonly patience: Patience },
): Promise<void> {
  const { error, after, noticed } = failure;
  if (failures >= patience.tries || (after ?? 0) > patience.patientFor) throw error;
  const most = Math.min(patience.longest, patience.pause * 2 ** (failures - 1));
  const pause = Math.max(after ?? 0, most * (0.5 + Math.random() / 2));
  if (noticed || pause >= noticedPause)
    patience.notices?.tell(
      `${error.message}: try ${failures + 1} of ${patience.tries} in ${inSeconds(pause)}`,
    );
  log.debug("the registry is asked again", { after: Math.round(pause), failures, error: error.message });
  await sleep(pause, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  signal?.throwIfAborted();
}

function inSeconds(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toFixed(1))} s`;
}

/** Milliseconds that a Retry-After header asks for: seconds, or a date (RFC 9110 section 10.2.3). Undefined for none and for nonsense. */
export function retryAfter(header: string | undefined, now: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const at = /[A-Za-z]{3}/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
