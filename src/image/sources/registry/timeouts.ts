/** Milliseconds: until a connection stands (TLS too), and of silence while an answer is waited for. */
export type Timeouts = { readonly connect: number; readonly silence: number };

export const usualTimeouts: Timeouts = { connect: 30_000, silence: 60_000 };

/** Those of a limit in milliseconds on silence: a connection gets no longer than usual. */
export function timeoutsOf(silence: number): Timeouts {
  return { connect: Math.min(usualTimeouts.connect, silence), silence };
}
