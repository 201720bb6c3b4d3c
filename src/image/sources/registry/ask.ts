import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { Cancel } from "../../../base/brand.ts";
import { connectionError } from "./failure.ts";
import { type Notices, tooQuiet, whileWaiting } from "./passing.ts";
import type { Timeouts } from "./timeouts.ts";
import type { TlsSettings } from "./tls.ts";

export type Question = Cancel & {
  readonly method: "GET" | "HEAD" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For messages: "read the manifest of …". */
  readonly doing: string;
};

/** An answer whose body has not been read: whoever gets it reads or destroys it. */
export type Answer = {
  readonly url: URL;
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: IncomingMessage;
};

/** Connections to all hosts of one source, kept open between requests, through the proxies of HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
export type Connections = Disposable & {
  ask(url: URL, question: Question): Promise<Answer>;
  readonly timeouts: Timeouts;
  readonly notices: Notices | undefined;
};

/** `tlsOf`: certificates for a host, read when first needed. */
export function openConnections(options: {
  readonly timeouts: Timeouts;
  readonly tlsOf: (host: string) => TlsSettings;
  readonly env: NodeJS.ProcessEnv;
  readonly notices: Notices | undefined;
}): Connections {
  const { timeouts, notices, tlsOf, env } = options;
  const agents = new Map<string, HttpAgent | HttpsAgent>();
  const agentOf = (url: URL): HttpAgent | HttpsAgent => {
    const name = url.protocol === "https:" ? url.host : "";
    const known = agents.get(name);
    if (known !== undefined) return known;
    const common = { keepAlive: true, proxyEnv: env };
    const made =
      url.protocol === "https:" ? new HttpsAgent({ ...common, ...tlsOf(url.host) }) : new HttpAgent(common);
    agents.set(name, made);
    return made;
  };
  return {
    timeouts,
    notices,
    async ask(url, question) {
      using _waiting = whileWaiting(url, question.doing, { notices, silence: timeouts.silence });
      const proxy = proxyVariable(url, env);
      return await exchange(url, { ...question, agent: agentOf(url), timeouts, proxy });
    },
    [Symbol.dispose]: () => {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** The variable that names a proxy for this kind of URL. For a hint only, so NO_PROXY is not looked into. */
function proxyVariable(url: URL, env: NodeJS.ProcessEnv): string | undefined {
  const name = `${url.protocol.slice(0, -1)}_proxy`;
  return [name, name.toUpperCase()].find((variable) => (env[variable] ?? "") !== "");
}

type Exchange = Question & {
  readonly agent: HttpAgent | HttpsAgent;
  readonly timeouts: Timeouts;
  readonly proxy: string | undefined;
};

/** One request, up to the head of its answer. Errors: `Passing` for what may pass, "registry.unreachable", "registry.tls", the signal's reason. */
function exchange(
  url: URL,
  { agent, timeouts, proxy, method, headers, body, doing, signal }: Exchange,
): Promise<Answer> {
  signal?.throwIfAborted();
  const secure = url.protocol === "https:";
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const request = (secure ? requestHttps : requestHttp)(url, { method, headers: { ...headers }, agent });
  const abort = (): void => void request.destroy();
  signal?.addEventListener("abort", abort, { once: true });
  request.setTimeout(timeouts.connect, () => request.destroy(tooQuiet(url, doing)));
  request.on("socket", (socket) => {
    const established = (): void => void request.setTimeout(timeouts.silence);
    if (!socket.connecting) established();
    else socket.once(secure ? "secureConnect" : "connect", established);
  });
  request.on("response", (answer) => {
    // From here on silence is only what a reader has waited for: a slow reader is none.
    request.setTimeout(0);
    answer.once("close", () => signal?.removeEventListener("abort", abort));
    resolve({ url, status: answer.statusCode ?? 0, headers: answer.headers, body: answer });
  });
  request.on("error", (error) => {
    signal?.removeEventListener("abort", abort);
    reject(signal?.aborted ? signal.reason : connectionError(error, { url, doing, proxy }));
  });
  request.end(body);
  return promise;
}
