import { performance } from "node:perf_hooks";

/** One side of a comparison. `prepare` runs before each measurement and is not counted. */
export type Side = {
  readonly name: string;
  readonly run: () => unknown | Promise<unknown>;
  readonly prepare?: () => unknown | Promise<unknown>;
};

/** Run both sides alternately, `rounds` times after one round that is not counted, and print the ratio of their medians. */
export async function compare(
  name: string,
  sides: { ours: Side; peer: Side; rounds: number },
): Promise<void> {
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = -1; round < sides.rounds; round++) {
    const times = [await measure(sides.ours), await measure(sides.peer)] as const;
    if (round < 0) continue;
    ours.push(times[0]);
    peer.push(times[1]);
  }
  const [a, b] = [median(ours), median(peer)];
  console.log(
    `${name}: ${(a / b).toFixed(2)} (ours ${a.toFixed(0)} ms, ${sides.peer.name} ${b.toFixed(0)} ms)`,
  );
}

async function measure(side: Side): Promise<number> {
  await side.prepare?.();
  const from = performance.now();
  await side.run();
  return performance.now() - from;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
