import type { Duplex } from "node:stream";
import { OcilabError } from "../base/errors.ts";
import { printable } from "../base/text.ts";
import { linesOf } from "./streams.ts";

/** QEMU's control socket. One command at a time. */
export type Monitor = {
  /** The answer's `return`. Error: "vm.snapshot" when QEMU refuses. */
  execute(command: string, argument?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Wait for the next event of this name. */
  event(name: string): Promise<void>;
};

type Message = {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
  readonly event?: string;
};

/** Talk to QEMU in its machine protocol, one JSON object a line (QEMU: docs/interop/qmp-spec). */
export async function openMonitor(socket: Duplex): Promise<Monitor> {
  const answers = new Map<string, (message: Message) => void>();
  void listen(socket, (message) => {
    const name = message.event ?? ("return" in message || "error" in message ? "answer" : "greeting");
    const waiting = answers.get(name);
    answers.delete(name);
    waiting?.(message);
  });
  const next = (name: string) => new Promise<Message>((resolve) => answers.set(name, resolve));
  const execute = async (command: string, argument?: Readonly<Record<string, unknown>>) => {
    const answer = next("answer");
    socket.write(`${JSON.stringify({ execute: command, arguments: argument })}\n`);
    const { error, return: value } = await answer;
    if (error === undefined) return value;
    throw new OcilabError("vm.snapshot", { doing: `ask QEMU for ${command}`, got: printable(error.desc) });
  };
  await execute("qmp_capabilities");
  return { execute, event: async (name) => void (await next(name)) };
}

async function listen(socket: Duplex, onMessage: (message: Message) => void): Promise<void> {
  for await (const line of linesOf(socket)) onMessage(JSON.parse(line) as Message);
}
