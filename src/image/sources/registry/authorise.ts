import type { Cancel } from "../../../base/brand.ts";
import { OcilabError } from "../../../base/errors.ts";
import { printable, quote } from "../../../base/text.ts";
import type { Answer, Question } from "./ask.ts";
import { textOf } from "./body.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import type { Credentials } from "./credentials.ts";
import { answerError } from "./failure.ts";
import { Passing } from "./passing.ts";

/** Proves to one registry who we are, once it asks. */
export type Authoriser = {
  /** The Authorization header that was last good, or undefined. */
  header(): string | undefined;
  /** A header for a 401 answer to a request that had the header `sent`, or undefined where there is nothing more to try. Errors: those of the token server. */
  answer(
    refusal: Answer,
    options: Cancel & { readonly sent: string | undefined },
  ): Promise<string | undefined>;
};

type Options = {
  readonly repository: string;
  readonly doing: string;
  /** Asked for at most once, when the registry wants some. */
  readonly credentials: (cancel: Cancel) => Promise<Credentials | undefined>;
  /** Ask a token server; redirects are followed. */
  readonly ask: (url: URL, question: Question) => Promise<Answer>;
  readonly silence: number;
};

/**
 * Bearer tokens (docker's token authentication specification: GET with service and scope, anonymous or with Basic; POST with a refresh token where
 * there is an identity token) and Basic (RFC 7617). Parallel requests share one token; it is renewed when it expires.
 */
export function openAuthoriser(options: Options): Authoriser {
  let current: { readonly header: string; readonly until: number } | undefined;
  let renewing: Promise<string | undefined> | undefined;
  let credentials: Promise<Credentials | undefined> | undefined;
  const header = (): string | undefined =>
    current !== undefined && current.until > performance.now() ? current.header : undefined;
  const renew = async (refusal: Answer, cancel: Cancel & { readonly sent: string | undefined }) => {
    credentials ??= options.credentials(cancel).catch((error: unknown) => {
      credentials = undefined;
      throw error;
    });
    const made = await headerFor(refusal, { ...options, ...cancel, known: await credentials });
    current = made;
    return made === undefined || made.header === cancel.sent ? undefined : made.header;
  };
  return {
    header,
    async answer(refusal, cancel) {
      for (;;) {
        const known = header();
        if (known !== undefined && known !== cancel.sent) return known;
        const mine = renewing === undefined;
        renewing ??= renew(refusal, cancel).finally(() => {
          renewing = undefined;
        });
        try {
          return await renewing;
        } catch (error) {
          // Whoever asked for the token may have been aborted: that is no failure of ours.
          if (mine || error instanceof OcilabError || error instanceof Passing) throw error;
          cancel.signal?.throwIfAborted();
        }
      }
    },
  };
}

type Wanted = Options & Cancel & { readonly known: Credentials | undefined };

async function headerFor(
  refusal: Answer,
  options: Wanted,
): Promise<{ readonly header: string; readonly until: number } | undefined> {
  const { known } = options;
  const challenges = parseChallenges(refusal.headers["www-authenticate"] ?? "");
  const bearer = challenges.find(({ scheme }) => scheme === "bearer");
  if (bearer !== undefined) {
    if (known?.kind === "bearer") return { header: `Bearer ${known.token}`, until: Number.POSITIVE_INFINITY };
    return await tokenFor(bearer, refusal, options);
  }
  if (challenges.some(({ scheme }) => scheme === "basic")) {
    if (known === undefined) return undefined;
    if (known.kind !== "password") throw wantsPassword(refusal, options.doing);
    return { header: basic(known), until: Number.POSITIVE_INFINITY };
  }
  const schemes = challenges.map(({ scheme }) => quote(scheme)).join(", ");
  throw new OcilabError("registry.bad-answer", {
    doing: options.doing,
    got:
      schemes === ""
        ? `${quote(refusal.url.host)} answers 401 and does not say what it wants`
        : `${quote(refusal.url.host)} wants the authentication ${schemes}; Bearer and Basic are known`,
  });
}

async function tokenFor(
  { parameters }: Challenge,
  refusal: Answer,
  options: Wanted,
): Promise<{ readonly header: string; readonly until: number }> {
  const realm = realmOf(parameters["realm"], refusal, options.doing);
  const scope = parameters["scope"] ?? `repository:${options.repository}:pull`;
  const { url, question } = tokenQuestion(realm, { scope, service: parameters["service"], ...options });
  const answer = await options.ask(url, { ...question, doing: options.doing, signal: options.signal });
  if (answer.status !== 200) throw await tokenRefusal(answer, options);
  const text = await textOf(answer, {
    most: 1 << 20,
    silence: options.silence,
    signal: options.signal,
  });
  return tokenIn(text, { url, doing: options.doing });
}

/** The realm is a URL that the registry chooses: credentials that came for https do not go out by http. */
function realmOf(realm: string | undefined, refusal: Answer, doing: string): URL {
  const url = realm === undefined || !URL.canParse(realm) ? undefined : new URL(realm);
  const bad = (got: string): OcilabError => new OcilabError("registry.bad-answer", { doing, got });
  const host = quote(refusal.url.host);
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw bad(`${host} names no token server that can be asked: ${quote(realm ?? "")}`);
  if (refusal.url.protocol === "https:" && url.protocol === "http:")
    throw bad(`${host} wants credentials sent unencrypted to ${quote(url.origin)}`);
  return url;
}

type TokenWish = Wanted & { readonly scope: string; readonly service: string | undefined };

function tokenQuestion(
  realm: URL,
  { known, scope, service }: TokenWish,
): { readonly url: URL; readonly question: Pick<Question, "method" | "headers" | "body"> } {
  const url = new URL(realm);
  if (known?.kind === "identity") {
    const body = new URLSearchParams({
      grant_type: "refresh_token",
      service: service ?? "",
      client_id: "ocilab",
      scope,
      refresh_token: known.token,
    });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return { url, question: { method: "POST", headers, body: body.toString() } };
  }
  if (service !== undefined) url.searchParams.set("service", service);
  for (const one of scope.split(" ").filter((part) => part !== "")) url.searchParams.append("scope", one);
  if (known?.kind !== "password") return { url, question: { method: "GET", headers: {} } };
  url.searchParams.set("account", known.user);
  return { url, question: { method: "GET", headers: { authorization: basic(known) } } };
}

function tokenIn(text: string, { url, doing }: { readonly url: URL; readonly doing: string }) {
  const bad = (got: string): OcilabError =>
    new OcilabError("registry.bad-answer", { doing, got: `the token server ${quote(url.host)} ${got}` });
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw bad(`answers no JSON: ${quote(printable(text, 80))}`);
  }
  const { token, access_token, expires_in } = (body ?? {}) as Record<string, unknown>;
  const found = [token, access_token].find((one) => typeof one === "string" && one !== "");
  if (typeof found !== "string" || /[^\x21-\x7e]/.test(found)) throw bad("gives no token");
  // Without expires_in a token lives 60 seconds; it is given up a little early, for clocks and slow lines.
  const seconds = typeof expires_in === "number" && expires_in > 0 ? expires_in : 60;
  return { header: `Bearer ${found}`, until: performance.now() + seconds * 900 };
}

async function tokenRefusal(answer: Answer, { doing, repository, known, signal }: Wanted): Promise<Error> {
  const error = await answerError(answer, { doing, name: repository, signal });
  if (!(error instanceof OcilabError)) return error;
  const who = known === undefined ? "without credentials" : `for ${whoIs(known)}`;
  const got = `the token server gives no token ${who}: ${error.got}`;
  return new OcilabError(error.code, { doing, got, facts: error.facts });
}

function whoIs(known: Credentials): string {
  return known.kind === "password" ? `the user ${quote(known.user)}` : "the stored token";
}

function basic({ user, password }: Extract<Credentials, { kind: "password" }>): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function wantsPassword(refusal: Answer, doing: string): OcilabError {
  return new OcilabError("registry.unauthorized", {
    doing,
    got: `${quote(refusal.url.host)} wants a user and a password, and a token is stored for it`,
  });
}
