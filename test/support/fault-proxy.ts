import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What goes wrong with one answer. Nothing: the registry's own answer is passed on. */
export type Fault =
  /** The connection ends after so many bytes of the body. */
  | { readonly kind: "cut"; readonly after: number }
  /** Nothing more comes after so many bytes; -1: not even a head. */
  | { readonly kind: "hang"; readonly after: number }
  /** One byte of the body is another one. */
  | { readonly kind: "flip" }
  /** The head promises so many bytes more, or fewer, than there are. */
  | { readonly kind: "length"; readonly by: number }
  /** The body comes in chunks without a length, and ends after so many bytes, as if that were all. */
  | { readonly kind: "short"; readonly after: number }
  /** Range is not heeded: 200 and the whole. */
  | { readonly kind: "no-range" }
  /** Another part than the one that was asked for. */
  | { readonly kind: "wrong-range" }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Headers of the answer are others; undefined takes one away. */
  | { readonly kind: "headers"; readonly headers: Readonly<Record<string, string | undefined>> }
  /** The connection is cut before any answer. */
  | { readonly kind: "refuse" };

/** One request as it came. */
export type Seen = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
};

export type FaultProxy = AsyncDisposable & {
  readonly host: string;
  /** Every request so far, in order. */
  readonly seen: readonly Seen[];
};

/**
 * A proxy before a registry that does damage: `fault` decides for each request, `count` is how many with this method and path there were before it.
 * `to` is HOST:PORT.
 */
export async function startFaultProxy(
  to: string,
  fault: (seen: Seen, count: number) => Fault | undefined = () => undefined,
): Promise<FaultProxy> {
  const seen: Seen[] = [];
  const server = createServer((incoming, outgoing) => {
    const one = { method: incoming.method ?? "", url: incoming.url ?? "", headers: incoming.headers };
    const count = seen.filter(({ method, url }) => method === one.method && url === one.url).length;
    seen.push(one);
    pass({ to, one, fault: fault(one, count) }, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Passage = { readonly to: string; readonly one: Seen; readonly fault: Fault | undefined };

function pass({ to, one, fault }: Passage, outgoing: ServerResponse): void {
  if (fault?.kind === "refuse") return void outgoing.socket?.destroy();
  if (fault?.kind === "hang" && fault.after < 0) return;
  if (fault?.kind === "status") {
    outgoing.writeHead(fault.status, fault.headers ?? {});
    return void outgoing.end(fault.body ?? "");
  }
  const headers = { ...one.headers, host: to, connection: "close" };
  if (fault?.kind === "no-range") Reflect.deleteProperty(headers, "range");
  if (fault?.kind === "wrong-range") Object.assign(headers, { range: "bytes=1-2" });
  const asked = request(`http://${to}${one.url}`, { method: one.method, headers, agent: false }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.on("end", () => damage(answer, Buffer.concat(chunks), fault, outgoing));
  });
  asked.on("error", () => outgoing.destroy());
  asked.end();
}

function damage(
  answer: IncomingMessage,
  body: Buffer,
  fault: Fault | undefined,
  outgoing: ServerResponse,
): void {
  const headers: Record<string, unknown> = { ...answer.headers };
  Reflect.deleteProperty(headers, "connection");
  if (fault?.kind === "headers") Object.assign(headers, fault.headers);
  if (fault?.kind === "length") headers["content-length"] = String(body.length + fault.by);
  if (fault?.kind === "short") Reflect.deleteProperty(headers, "content-length");
  for (const name of Object.keys(headers))
    if (headers[name] === undefined) Reflect.deleteProperty(headers, name);
  outgoing.writeHead(answer.statusCode ?? 500, headers as Record<string, string>);
  switch (fault?.kind) {
    case "cut":
      outgoing.write(body.subarray(0, fault.after), () => outgoing.socket?.destroy());
      return;
    case "hang":
      outgoing.write(body.subarray(0, fault.after));
      return;
    case "short":
      outgoing.end(body.subarray(0, fault.after));
      return;
    case "flip":
      outgoing.end(flipped(body));
      return;
    case "length":
      outgoing.write(body.subarray(0, Math.max(0, body.length + fault.by)), () => outgoing.socket?.destroy());
      return;
    default:
      outgoing.end(body);
  }
}

function flipped(body: Buffer): Buffer {
  const other = Buffer.from(body);
  const at = Math.floor(other.length / 2);
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
}
