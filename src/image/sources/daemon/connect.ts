import type { IncomingMessage, RequestOptions } from "node:http";
import type { Cancel } from "../../../base/brand.ts";
import { errnoOf, OcilabError } from "../../../base/errors.ts";
import { log } from "../../../base/log.ts";
import { quote } from "../../../base/text.ts";
import { parseJson } from "../../../oci/json.ts";
import { chooseVersion, type DaemonVersion, parseVersion } from "./api.ts";
import { type Endpoint, formatEndpoint } from "./endpoint.ts";
import { type DaemonPlace, daemonPlaces } from "./places.ts";

/** A daemon that answered. Paths begin with a slash and have no version. */
export type Daemon = {
  /** Its address, for messages. */
  readonly at: string;
  readonly version: DaemonVersion;
  /** The answer to GET as JSON; undefined for 404. Errors: "image.daemon-refused", "image.daemon-broken". */
  json(path: string, options?: Cancel): Promise<unknown>;
  /** The body of the answer to GET. The caller reads or destroys it. Errors as of `json`; those of the stream are its caller's. */
  stream(path: string, options?: Cancel): Promise<IncomingMessage>;
};

/** Milliseconds for a daemon to say its version: it has nothing to do for that. */
const patience = 10_000;
/** Bytes of an answer that is held in memory: a list of 10,000 images has 5 MB. */
const mostAnswer = 64 << 20;

/**
 * The first daemon that answers, of those places where one may be (`daemonPlaces`), with a version of the API that both know.
 * Errors: "image.daemon-unreachable" lists each place and what happened there; "image.daemon-address", "image.daemon-version".
 */
export async function connectDaemon(options: Cancel & { readonly doing: string }): Promise<Daemon> {
  const tried: Tried[] = [];
  for (const place of daemonPlaces()) {
    const at = formatEndpoint(place.endpoint);
    try {
      const version = await askVersion(place.endpoint, options);
      const api = chooseVersion(version, { at, pinned: process.env["DOCKER_API_VERSION"] });
      log.debug("Docker daemon found", { at, from: place.from, ...version, api });
      return daemonAt(place.endpoint, { at, version, api });
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof OcilabError) throw error;
      tried.push({ place, at, got: whatHappened(error), errno: errnoOf(error) });
    }
  }
  throw unreachable(tried, options.doing);
}

function daemonAt(
  endpoint: Endpoint,
  { at, version, api }: { readonly at: string; readonly version: DaemonVersion; readonly api: string },
): Daemon {
  const get = async (path: string, options: Cancel): Promise<IncomingMessage> => {
    const doing = `ask the Docker daemon at ${at} for ${path}`;
    try {
      const answer = await request(endpoint, `/v${api}${path}`, options);
      if (answer.statusCode === 200 || answer.statusCode === 404) return answer;
      throw refused(answer.statusCode, await bodyOf(answer), doing);
    } catch (error) {
      throw brokenConnection(error, doing, options);
    }
  };
  return {
    at,
    version,
    async json(path, options = {}) {
      const doing = `ask the Docker daemon at ${at} for ${path}`;
      const answer = await get(path, options);
      const text = await bodyOf(answer).catch((error) =>
        Promise.reject(brokenConnection(error, doing, options)),
      );
      return answer.statusCode === 404
        ? undefined
        : parseJson(text, { name: `the answer of ${at} to ${path}` });
    },
    async stream(path, options = {}) {
      const answer = await get(path, options);
      if (answer.statusCode === 200) return answer;
      throw refused(404, await bodyOf(answer), `ask the Docker daemon at ${at} for ${path}`);
    },
  };
}

/** The error of a connection to a daemon that ended too soon; others are given back as they are. */
export function brokenConnection(error: unknown, doing: string, { signal }: Cancel): unknown {
  if (signal?.aborted) return signal.reason;
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (error instanceof OcilabError || !/^(?:ECONN|EPIPE|ETIMEDOUT|HPE_|ERR_STREAM|ERR_SSL)/.test(code ?? ""))
    return error;
  const got = `the connection ended too soon: ${whatHappened(error)}`;
  return new OcilabError("image.daemon-broken", { doing, got, cause: error });
}

async function askVersion(endpoint: Endpoint, { signal }: Cancel): Promise<DaemonVersion> {
  const limit = AbortSignal.timeout(patience);
  const both = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  const answer = await request(endpoint, "/version", { signal: both });
  const text = await bodyOf(answer);
  if (answer.statusCode !== 200)
    throw new Error(`it answered ${answer.statusCode}: ${quote(messageIn(text), 300)}`);
  const version = parseVersion(
    parseJson(text, { name: `the answer of ${formatEndpoint(endpoint)} to /version` }),
  );
  if (version === undefined) throw new Error(`what it answers is not a Docker daemon's: ${quote(text, 100)}`);
  return version;
}

async function request(endpoint: Endpoint, path: string, { signal }: Cancel): Promise<IncomingMessage> {
  const options: RequestOptions = { method: "GET", agent: false, headers: { "User-Agent": "ocilab" } };
  if (signal !== undefined) options.signal = signal;
  if (endpoint.kind === "unix") {
    const { request: open } = await import("node:http");
    return await answered(open({ ...options, socketPath: endpoint.path, host: "docker", path }));
  }
  const { host, port, base, tls } = endpoint;
  const target = { ...options, host, port, path: `${base}${path}` };
  if (tls === undefined) return await answered((await import("node:http")).request(target));
  const { verify, ...pem } = tls;
  return await answered(
    (await import("node:https")).request({ ...target, ...pem, rejectUnauthorized: verify }),
  );
}

async function answered(asking: import("node:http").ClientRequest): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    asking.once("response", resolve).once("error", reject).end();
  });
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > mostAnswer) throw new Error(`it answered with more than ${mostAnswer} bytes`);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Daemons answer errors as {"message": TEXT}. */
function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === "string" ? message : text.trim();
  } catch {
    return text.trim();
  }
}

function refused(status: number | undefined, text: string, doing: string): OcilabError {
  const got = `it answered ${status}: ${quote(messageIn(text), 400)}`;
  return new OcilabError("image.daemon-refused", { doing, got, facts: { status } });
}

type Tried = {
  readonly place: DaemonPlace;
  readonly at: string;
  readonly got: string;
  readonly errno: string | undefined;
};

const meanings: Readonly<Record<string, string>> = {
  ENOENT: "there is no such socket",
  ECONNREFUSED: "nobody listens there",
  EACCES: "this user may not open it",
  ENOTSOCK: "it is no socket",
  ECONNRESET: "the connection was closed",
  ETIMEDOUT: "it does not answer",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ENOTFOUND: "there is no host of that name",
};

function whatHappened(error: unknown): string {
  if (!(error instanceof Error)) return quote(String(error));
  if (error.name === "TimeoutError" || error.name === "AbortError")
    return `it did not answer within ${patience / 1000} s`;
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== undefined && Object.hasOwn(meanings, code)) return meanings[code] ?? code;
  if (code?.startsWith("HPE_")) return "what listens there does not speak HTTP";
  return code === undefined ? error.message : `${quote(error.message, 300)} (${code})`;
}

function unreachable(tried: readonly Tried[], doing: string): OcilabError {
  const lines = tried.map(({ place, at, got }) => `${at} (${place.from}): ${got}`);
  const denied = tried.some(({ errno }) => errno === "EACCES");
  return new OcilabError("image.daemon-unreachable", {
    doing,
    got:
      lines.length === 1
        ? `no Docker daemon answers at ${lines[0]}`
        : ["no Docker daemon answers", ...lines].join("\n  "),
    hint: denied
      ? "run it as root, or as a member of the group docker"
      : "start the daemon, or say where it is: DOCKER_HOST=unix://PATH, or the name of a context in DOCKER_CONTEXT",
    facts: { places: tried.map(({ place, at, got }) => ({ at, from: place.from, got })) },
  });
}
