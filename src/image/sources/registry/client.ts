import type { Cancel } from "../../../base/brand.ts";
import { OcilabError } from "../../../base/errors.ts";
import { log } from "../../../base/log.ts";
import { quote } from "../../../base/text.ts";
import type { Answer, Connections, Question } from "./ask.ts";
import { type Authoriser, openAuthoriser } from "./authorise.ts";
import { textOf } from "./body.ts";
import type { Credentials } from "./credentials.ts";
import type { Notices } from "./passing.ts";
import type { Place } from "./places.ts";

/** One server and the repository on it. */
export type Client = {
  readonly place: Place;
  /** The repository as this server names it. */
  readonly name: string;
  readonly silence: number;
  readonly notices: Notices | undefined;
  /**
   * One request below /v2/NAME/, with authentication and redirects, whatever the status of the answer. Errors: `Passing` for a connection that
   * broke, "registry.unreachable", "registry.tls", "registry.unauthorized", "registry.bad-answer", "registry.bad-credentials".
   */
  send(path: string, question: Question): Promise<Answer>;
};

const mostRedirects = 10;
const redirects = new Set([301, 302, 303, 307, 308]);

export function openClient(
  place: Place,
  options: {
    readonly repository: string;
    readonly connections: Connections;
    readonly credentials: (cancel: Cancel) => Promise<Credentials | undefined>;
    readonly doing: string;
  },
): Client {
  const { connections, doing } = options;
  const name = `${place.prefix}${options.repository}`;
  const { notices } = connections;
  const { silence } = connections.timeouts;
  const ask = (url: URL, question: Question): Promise<Answer> =>
    followed(url, question, { connections, insecure: place.insecure });
  const { credentials } = options;
  const authoriser = openAuthoriser({ repository: name, doing, credentials, ask, silence });
  let origin: URL | undefined;
  const known = (): readonly URL[] => (origin === undefined ? place.origins : [origin]);
  return {
    place,
    name,
    silence,
    notices,
    async send(path, question) {
      const origins = known();
      for (const [at, candidate] of origins.entries()) {
        try {
          const answer = await authorised(new URL(`/v2/${name}/${path}`, candidate), question, {
            ask,
            authoriser,
            silence,
          });
          origin = candidate;
          return answer;
        } catch (error) {
          const next = origins[at + 1];
          if (next === undefined || !speaksNoTls(error, candidate)) throw error;
          log.debug("the registry does not speak TLS", { host: candidate.host });
        }
      }
      throw new OcilabError("registry.unreachable", { doing, got: `${quote(place.host)} has no address` });
    },
  };
}

/** Nothing there speaks TLS: a server without it, or no server on the port of https. */
function speaksNoTls(error: unknown, url: URL): boolean {
  if (!(error instanceof OcilabError)) return false;
  const errno = error.facts["errno"];
  if (error.code === "registry.unreachable") return errno === "ECONNREFUSED" && url.port === "";
  return error.code === "registry.tls";
}

type Means = {
  readonly ask: (url: URL, question: Question) => Promise<Answer>;
  readonly authoriser: Authoriser;
  readonly silence: number;
};

/** A request, and again with proof of who we are when the registry itself (not a host that it redirects to) wants that. */
async function authorised(
  url: URL,
  question: Question,
  { ask, authoriser, silence }: Means,
): Promise<Answer> {
  const sent = authoriser.header();
  const answer = await ask(url, withHeader(question, sent));
  if (answer.status !== 401 || answer.url.origin !== url.origin) return answer;
  const header = await authoriser.answer(answer, { sent, signal: question.signal });
  if (header === undefined) return answer;
  await discard(answer, { silence, signal: question.signal });
  return await ask(url, withHeader(question, header));
}

function withHeader(question: Question, authorization: string | undefined): Question {
  if (authorization === undefined) return question;
  return { ...question, headers: { ...question.headers, authorization } };
}

/**
 * Follow redirects (RFC 9110 section 15.4). Once another origin has been named the Authorization header is gone for good: a blob store gets a signed
 * URL and nothing else of ours. A POST, which has a secret in its body, is not repeated elsewhere. From https to http goes nobody, unless insecure.
 */
async function followed(
  url: URL,
  question: Question,
  { connections, insecure }: { readonly connections: Connections; readonly insecure: boolean },
): Promise<Answer> {
  let target = url;
  let { headers } = question;
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const answer = await connections.ask(target, { ...question, headers });
    const { location } = answer.headers;
    const stays = question.method === "POST" || !redirects.has(answer.status);
    if (stays || location === undefined) return answer;
    const next = nextOf(location, target, { doing: question.doing, insecure });
    await discard(answer, { silence: connections.timeouts.silence, signal: question.signal });
    log.debug("redirected", { from: target.host, to: next.host });
    if (next.origin !== target.origin) headers = withoutAuthorization(headers);
    target = next;
  }
  const got = `${quote(url.host)} redirects more than ${mostRedirects} times`;
  throw new OcilabError("registry.bad-answer", { doing: question.doing, got });
}

function nextOf(
  location: string,
  from: URL,
  { doing, insecure }: { readonly doing: string; readonly insecure: boolean },
): URL {
  const bad = (got: string): OcilabError =>
    new OcilabError("registry.bad-answer", { doing, got: `${quote(from.host)} ${got}` });
  const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (next === undefined || !/^https?:$/.test(next.protocol))
    throw bad(`redirects to what is no http or https URL: ${quote(location)}`);
  if (from.protocol === "https:" && next.protocol === "http:" && !insecure)
    throw bad(`redirects to ${quote(next.host)} without TLS`);
  next.username = "";
  next.password = "";
  return next;
}

function withoutAuthorization(headers: Question["headers"]): Question["headers"] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== "authorization"));
}

/** Read what nobody wants, so that the connection can be used again; what is long costs the connection. */
async function discard(answer: Answer, options: Cancel & { readonly silence: number }): Promise<void> {
  await textOf(answer, { most: 64 << 10, ...options }).catch(() => options.signal?.throwIfAborted());
}
