import { OcilabError } from "../../../base/errors.ts";
import { printable, quote } from "../../../base/text.ts";
import type { Answer } from "./ask.ts";
import { textOf } from "./body.ts";
import { Passing, retryAfter } from "./passing.ts";

/** The errors of a connection that broke or timed out: another try may succeed. */
const passingErrnos = new Set([
  "ECONNRESET",
  "ETIMEDOUT",
  "EPIPE",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ERR_STREAM_PREMATURE_CLOSE",
  "UND_ERR_SOCKET",
]);

/** OpenSSL's names for a certificate that is not trusted, as Node gives them (X509_V_ERR_… of openssl-verification-options(1)). */
const certificateErrors = /CERT|ISSUER|SELF_SIGNED|LEAF_SIGNATURE|CRL|HOSTNAME_MISMATCH|ALTNAME/;

/**
 * The error of a request that got no answer: `Passing` where another try may help, "registry.tls", "registry.unreachable". `proxy`: the variable that
 * names a proxy for it.
 */
export function connectionError(
  error: Error,
  { url, doing, proxy }: { readonly url: URL; readonly doing: string; readonly proxy?: string | undefined },
): Error {
  if (error instanceof Passing || error instanceof OcilabError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const facts = { host: url.host, errno: code };
  const host = quote(url.host);
  if (certificateErrors.test(code)) {
    const got = `the certificate of ${host} is not accepted: ${printable(error.message, 300)}`;
    const hint = `trust its CA: /etc/docker/certs.d/${url.host}/ca.crt or --cert-dir DIR; or do without with --insecure`;
    return new OcilabError("registry.tls", { doing, got, hint, facts, cause: error });
  }
  if (/^ERR_(SSL|TLS)|^EPROTO$/.test(code)) {
    const got = `${host} does not speak TLS as we do: ${tlsReason(error)}`;
    const hint = "if it is a registry without TLS, give --insecure";
    return new OcilabError("registry.tls", { doing, got, hint, facts, cause: error });
  }
  const got = `${host} cannot be reached: ${reasonOf(error, code)}`;
  const hint =
    proxy === undefined
      ? undefined
      : `${proxy} names a proxy: see that it runs, or except the host in NO_PROXY`;
  const failure = new OcilabError("registry.unreachable", { doing, got, hint, facts, cause: error });
  return passingErrnos.has(code) ? new Passing(failure) : failure;
}

/** OpenSSL's reason without its source files and numbers. */
function tlsReason({ message }: Error): string {
  const [, reason] = /:SSL routines:[^:]*:([^:]+):/.exec(message) ?? [];
  if (reason === "wrong version number") return "what it answers is no TLS";
  return printable(reason ?? message, 300).trim();
}

function reasonOf(error: Error, code: string): string {
  const known: Readonly<Record<string, string>> = {
    ENOTFOUND: "there is no host of this name (ENOTFOUND)",
    EAI_AGAIN: "its name could not be looked up (EAI_AGAIN)",
    ECONNREFUSED: "nothing listens there (ECONNREFUSED)",
    ECONNRESET: "the connection was cut (ECONNRESET)",
  };
  if (known[code] !== undefined) return known[code];
  return printable(error.message || code, 300);
}

/** How an answer that is no success is told. `name`: the repository. */
export type Asked = {
  readonly doing: string;
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
};

/**
 * The error of an answer that is no success; reads the body, up to 64 KiB. `Passing` for 408, 429, 500, 502, 503 and 504 (distribution-spec 1.1,
 * error codes: TOOMANYREQUESTS), else "registry.unauthorized" (401, 403), "registry.not-found" (404) or "registry.failed".
 */
export async function answerError(answer: Answer, { doing, name, signal }: Asked): Promise<Error> {
  const said = await saidIn(answer, signal);
  const { status } = answer;
  const host = quote(answer.url.host);
  const facts = { host: answer.url.host, status, name, errors: said.errors };
  const words = said.text === "" ? "" : `: ${said.text}`;
  const after = retryAfter(answer.headers["retry-after"]);
  const error = (code: OcilabError["code"], got: string): OcilabError =>
    new OcilabError(code, { doing, got: `${host} ${got}${words}`, facts });
  switch (status) {
    case 401:
      return error("registry.unauthorized", "takes no anonymous request, or not these credentials (401)");
    case 403:
      return error("registry.unauthorized", "refuses (403)");
    case 404:
      return error("registry.not-found", "does not have it (404)");
    case 429: {
      const wait = after === undefined ? "" : `, try again in ${Math.ceil(after / 1000)} s`;
      return new Passing(error("registry.rate-limited", `had too many requests (429${wait})`), after);
    }
    case 408:
    case 500:
    case 502:
    case 503:
    case 504:
      return new Passing(error("registry.failed", `answers ${status}`), after);
    default:
      return error(status < 400 ? "registry.bad-answer" : "registry.failed", `answers ${status}`);
  }
}

type Said = { readonly text: string; readonly errors: readonly unknown[] };

/** What the registry itself says (distribution-spec 1.1, error codes: `errors[].code`, `message`), quoted. */
async function saidIn(answer: Answer, signal: AbortSignal | undefined): Promise<Said> {
  const text = await textOf(answer, { most: 64 << 10, silence: 5000, signal }).catch(() => "");
  const errors = errorsIn(text).slice(0, 5);
  const words = errors.map(({ code, message }) =>
    [code, message === "" ? "" : quote(message, 300)].filter((part) => part !== "").join(" "),
  );
  if (words.length > 0) return { text: words.join(", "), errors };
  const type = answer.headers["content-type"] ?? "";
  const plain = /^text\/plain|json/.test(type) ? text.trim() : "";
  return { text: plain === "" ? "" : quote(plain, 200), errors: [] };
}

function errorsIn(text: string): readonly { readonly code: string; readonly message: string }[] {
  const body = jsonIn(text);
  const list = typeof body === "object" && body !== null && "errors" in body ? body.errors : undefined;
  const details = typeof body === "object" && body !== null && "details" in body ? body.details : undefined;
  if (typeof details === "string") return [{ code: "", message: details }];
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown) => {
    if (typeof one !== "object" || one === null) return [];
    const { code, message } = one as { code?: unknown; message?: unknown };
    const word = typeof code === "string" && /^[\w-]{1,60}$/.test(code) ? code : "";
    return [{ code: word, message: typeof message === "string" ? message : "" }];
  });
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
