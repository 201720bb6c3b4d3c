import { constants } from "node:os";
import { OcilabError } from "../base/errors.ts";
import { nearest, quote } from "../base/text.ts";

/** First and last real-time signal as glibc and musl number them for programs (signal(7)). */
const realtime = { SIGRTMIN: 34, SIGRTMAX: 64 } as const;

/**
 * The number of a signal given as "TERM", "SIGTERM", "term", "15", "RTMIN+3" or 15. We check it ourselves because crun 1.8
 * ends with 0 for a name that it does not know. Errors: "usage.bad-argument" with the nearest name.
 */
export function parseSignal(given: string | number): number {
  const text = String(given).trim();
  const number = /^\d+$/.test(text) ? Number(text) : numberOf(text.toUpperCase().replace(/^SIG/, ""));
  if (number !== undefined && number >= 1 && number <= realtime.SIGRTMAX) return number;
  const near = nearest(text.toUpperCase().replace(/^SIG/, ""), names());
  throw new OcilabError("usage.bad-argument", {
    doing: `read the signal ${quote(text)}`,
    got: "there is no such signal",
    hint: near === undefined ? "give a name such as TERM or a number from 1 to 64" : `did you mean ${near}?`,
  });
}

/** "SIGTERM" for 15; "signal 34" where there is no name. */
export function signalName(number: number): string {
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return name ?? `signal ${number}`;
}

function numberOf(name: string): number | undefined {
  const [, base, sign, offset] = /^(RTMIN|RTMAX)(?:([+-])(\d+))?$/.exec(name) ?? [];
  if (base !== undefined) {
    const start = realtime[base === "RTMIN" ? "SIGRTMIN" : "SIGRTMAX"];
    const number = start + (sign === "-" ? -1 : 1) * Number(offset ?? 0);
    return number >= realtime.SIGRTMIN ? number : undefined;
  }
  return (constants.signals as Readonly<Record<string, number>>)[`SIG${name}`];
}

function names(): readonly string[] {
  return Object.keys(constants.signals).map((name) => name.replace(/^SIG/, ""));
}
