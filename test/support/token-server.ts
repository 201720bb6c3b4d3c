import { randomUUID, sign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Certificate } from "./certificates.ts";
import { ada } from "./registry.ts";

/** One request to the token server: its parameters from the query or the form, and how it was authorised. */
export type TokenRequest = {
  readonly method: string;
  readonly parameters: URLSearchParams;
  readonly authorization: string | undefined;
};

export type TokenServer = AsyncDisposable & {
  /** `auth.token` of docker-registry's configuration. */
  readonly auth: object;
  readonly seen: readonly TokenRequest[];
};

export const identityToken = "refresh-me";

/**
 * A token server as docker-registry wants one (distribution's "token authentication specification"): JWTs signed by the certificate's key. Everybody may pull
 * below public/; below private/ ada may, by her password or by the identity token. `lifetime`: seconds, `field`: where the token stands in the answer.
 */
export async function startTokenServer(
  certificate: Certificate,
  options: {
    readonly lifetime?: number;
    readonly field?: "token" | "access_token";
    readonly status?: number;
  } = {},
): Promise<TokenServer> {
  const seen: TokenRequest[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const one = await requestOf(request);
    seen.push(one);
    if (options.status !== undefined) return void response.writeHead(options.status).end("not now");
    const user = userOf(one);
    if (user === "refused")
      return void response.writeHead(401).end('{"details":"incorrect username or password"}');
    const access = one.parameters.getAll("scope").map((scope) => grantedTo(user, scope));
    const token = jwt({ certificate, user, access, lifetime: options.lifetime ?? 300 });
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ [options.field ?? "token"]: token, expires_in: options.lifetime ?? 300 }));
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const realm = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  return {
    auth: { token: { realm, service: "lab registry", issuer: "lab", rootcertbundle: certificate.crt } },
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function requestOf(request: IncomingMessage): Promise<TokenRequest> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  const query = new URL(request.url ?? "", "http://x").searchParams;
  const parameters = request.method === "POST" ? new URLSearchParams(body) : query;
  return { method: request.method ?? "", parameters, authorization: request.headers.authorization };
}

function userOf({ method, parameters, authorization }: TokenRequest): "ada" | "nobody" | "refused" {
  if (method === "POST")
    return parameters.get("refresh_token") === identityToken &&
      parameters.get("grant_type") === "refresh_token"
      ? "ada"
      : "refused";
  if (authorization === undefined) return "nobody";
  const right = `Basic ${Buffer.from(`${ada.user}:${ada.password}`).toString("base64")}`;
  return authorization === right ? "ada" : "refused";
}

function grantedTo(user: "ada" | "nobody", scope: string): object {
  const [type = "", name = "", actions = ""] = scope.split(":");
  const may = name.startsWith("public/") ? ["pull"] : [];
  const granted = user === "ada" ? ["pull", "push"] : may;
  return { type, name, actions: actions.split(",").filter((action) => granted.includes(action)) };
}

type Claims = {
  readonly certificate: Certificate;
  readonly user: string;
  readonly access: readonly object[];
  readonly lifetime: number;
};

function jwt({ certificate, user, access, lifetime }: Claims): string {
  const der = new X509Certificate(readFileSync(certificate.crt)).raw.toString("base64");
  const now = Math.floor(Date.now() / 1000);
  const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = base64({ typ: "JWT", alg: "ES256", x5c: [der] });
  const times = { nbf: now - 10, iat: now, exp: now + lifetime };
  const claims = base64({ iss: "lab", sub: user, aud: "lab registry", jti: randomUUID(), access, ...times });
  const key = { key: readFileSync(certificate.key), dsaEncoding: "ieee-p1363" as const };
  return `${head}.${claims}.${sign("sha256", Buffer.from(`${head}.${claims}`), key).toString("base64url")}`;
}
