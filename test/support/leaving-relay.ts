import { connect, createServer, type Socket } from "node:net";

export type LeavingRelay = AsyncDisposable & { readonly port: number };

/**
 * A relay on 127.0.0.1 to another port there. When it has passed on `after` bytes it cuts every connection and does not listen for `away` milliseconds,
 * once: a server that is started again.
 */
export async function leavingOnce(
  to: number,
  { after, away }: { readonly after: number; readonly away: number },
): Promise<LeavingRelay> {
  const sockets = new Set<Socket>();
  let passed = 0;
  let back: NodeJS.Timeout | undefined;
  const server = createServer((near) => {
    const far = connect(to, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    }
    near.pipe(far);
    far.on("end", () => near.end());
    far.on("data", (bytes: Buffer) => {
      const left = after - passed;
      passed += bytes.length;
      if (back !== undefined || passed < after) near.write(bytes);
      else near.write(bytes.subarray(0, left), leave);
    });
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listen(0);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const { port } = address;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  function leave(): void {
    server.close();
    back = setTimeout(() => void listen(port), away);
    cut();
  }
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      clearTimeout(back);
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
