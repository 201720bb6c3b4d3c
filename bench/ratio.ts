import { spawnSync } from "node:child_process";
import { performance } from "node:perf_hooks";

/** One side of a comparison. `prepare` runs before each measurement and is not counted. `run` may return the CPU time that it took, in milliseconds. */
export type Side = {
  readonly name: string;
  readonly run: () => unknown | Promise<unknown>;
  readonly prepare?: () => unknown | Promise<unknown>;
};

type Times = { readonly wall: number; readonly cpu: number | undefined };

/** `compareAll` with one peer. */
export async function compare(
  name: string,
  { ours, peer, rounds }: { ours: Side; peer: Side; rounds: number },
): Promise<void> {
  await compareAll(name, { ours, peers: [peer], rounds });
}

/**
 * Run all sides alternately, `rounds` times after one round that is not counted, and print the ratios of their medians: one line for each
 * peer, and where the sides say what CPU time they took, one for that.
 */
export async function compareAll(
  name: string,
  sides: { readonly ours: Side; readonly peers: readonly Side[]; readonly rounds: number },
): Promise<void> {
  const all = [sides.ours, ...sides.peers];
  const taken: Times[][] = all.map(() => []);
  for (let round = -1; round < sides.rounds; round++) {
    for (const [index, side] of all.entries()) {
      const times = await measure(side);
      if (round >= 0) taken[index]?.push(times);
    }
  }
  const [ours, ...peers] = taken.map((times) => ({
    wall: median(times.map(({ wall }) => wall)),
    cpu: median(times.flatMap(({ cpu }) => cpu ?? [])),
  }));
  for (const [index, peer] of peers.entries()) {
    const peerName = sides.peers[index]?.name ?? "";
    print(`${name}, against ${peerName}`, { ours: ours?.wall, peer: peer.wall, peerName });
    if (!Number.isNaN(peer.cpu))
      print(`${name}, against ${peerName}, CPU time`, { ours: ours?.cpu, peer: peer.cpu, peerName });
  }
}

function print(
  name: string,
  { ours = Number.NaN, peer, peerName }: { ours: number | undefined; peer: number; peerName: string },
): void {
  console.log(
    `${name}: ${(ours / peer).toFixed(2)} (ours ${ours.toFixed(0)} ms, ${peerName} ${peer.toFixed(0)} ms)`,
  );
}

/** Run a program that has to succeed; the CPU time of it and its children, in milliseconds. */
export function cpuOf(program: string, args: readonly string[], env = process.env): number {
  const script = '"$@" > /dev/null || exit; times';
  const done = spawnSync("sh", ["-c", script, "sh", program, ...args], { env, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${program} failed: ${done.stderr}`);
  const [, children = ""] = done.stdout.split("\n");
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
    0,
  );
}

async function measure(side: Side): Promise<Times> {
  await side.prepare?.();
  const from = performance.now();
  const said = await side.run();
  return { wall: performance.now() - from, cpu: typeof said === "number" ? said : undefined };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
