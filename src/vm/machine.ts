import { createWriteStream } from "node:fs";
import type { Duplex } from "node:stream";
import { OcilabError } from "../base/errors.ts";
import { startProgram } from "../base/process.ts";
import { findPrograms } from "../base/programs.ts";
import { type Channel, channels, type MachinePlan, machineArguments } from "./arguments.ts";
import type { MachinePlatform } from "./platform.ts";
import { dyingWithUs } from "./programs.ts";
import { linesOf } from "./streams.ts";

/** How QEMU ended, with the last words of QEMU and of the machine's console. */
export type Ending = {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly qemu: string;
  readonly console: string;
};

/** A running machine. Disposing of it ends QEMU by SIGKILL and waits for that: there is no disk to lose. */
export type Machine = AsyncDisposable & {
  readonly channels: Readonly<Record<Channel, Duplex>>;
  /** What vm/init.sh and vm/job.sh say, line by line. */
  readonly lines: AsyncGenerator<string, void, undefined>;
  readonly ended: Promise<Ending>;
  /** The end of the console up to now. */
  console(): string;
};

/**
 * Start QEMU. Its channels are sockets that it inherits, so that there is no file to find, to guard or to leave behind. It dies with us: by
 * PR_SET_PDEATHSIG (prctl(2)), and, should that fail, by vm/job.sh, which powers off when the control channel ends.
 * It has a session of its own: a terminal's Ctrl-C is ours to pass on. Error: "vm.no-qemu".
 */
export async function startMachine(
  plan: MachinePlan,
  options: { readonly console?: string | undefined } = {},
): Promise<Machine> {
  const qemu = findQemu(plan.platform);
  const [file, args] = dyingWithUs(qemu, machineArguments(plan));
  const { child } = await startProgram(file, args, {
    stdio: ["ignore", "ignore", "pipe", ...channels.map(() => "pipe" as const)],
    buffer: false,
    detached: true,
  });
  const opened = channels.map((name, index) => [name, child.stdio[index + 3] as unknown as Duplex] as const);
  const byName = Object.fromEntries(opened) as Record<Channel, Duplex>;
  for (const [, socket] of opened) socket.on("error", () => {});
  const console = tail(byName.console);
  const words = tail(child.stderr as unknown as Duplex);
  if (options.console !== undefined) byName.console.pipe(createWriteStream(options.console));
  const ended = child.then(({ exitCode, signal }) => {
    return { exitCode, signal, qemu: words(), console: console() };
  });
  return {
    channels: byName,
    lines: linesOf(byName.control),
    ended,
    console,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
      for (const [, socket] of opened) socket.destroy();
    },
  };
}

/** Absolute path of the QEMU for a platform. Error: "vm.no-qemu". */
export function findQemu(platform: MachinePlatform): string {
  const path = findPrograms(platform.qemu)[0];
  if (path !== undefined) return path;
  throw new OcilabError("vm.no-qemu", {
    doing: "start a machine",
    got: `there is no program ${platform.qemu} in PATH`,
    hint: `apt-get install --no-install-recommends ${platform.qemuPackage}`,
  });
}

/** Read a stream and keep its last 16 KiB. */
function tail(stream: Duplex): () => string {
  let kept = Buffer.alloc(0);
  stream.on("data", (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]).subarray(-16_384);
  });
  return () => kept.toString("utf8");
}
