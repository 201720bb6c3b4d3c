import { OcilabError } from "../../../base/errors.ts";
import { quote } from "../../../base/text.ts";

/** PEM texts for a connection by TLS. Without `verify` any certificate of the daemon is taken. */
export type Tls = {
  readonly verify: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
};

/** Where a daemon listens. `base` is a path before all others, "" mostly. */
export type Endpoint =
  | { readonly kind: "unix"; readonly path: string }
  | {
      readonly kind: "tcp";
      readonly host: string;
      readonly port: number;
      readonly base: string;
      readonly tls?: Tls;
    };

type Given = { readonly from: string; readonly tls?: Tls | undefined };

/**
 * The address of a daemon as DOCKER_HOST and contexts write it: `unix://PATH`, `tcp://HOST[:PORT][/PATH]`, or HOST:PORT. The port is 2375, with TLS
 * 2376 (docker(1), "Environment variables"). `from` says who gave it. Pure. Error "image.daemon-address" with a way round for ssh:// and others.
 */
export function parseEndpoint(address: string, { from, tls }: Given): Endpoint {
  const [, scheme = "tcp", rest = address] = /^([a-z]+):\/\/(.*)$/s.exec(address) ?? [];
  if (scheme === "unix") {
    if (rest === "")
      throw badAddress(address, from, "it names no socket", "write unix:///var/run/docker.sock");
    return { kind: "unix", path: rest };
  }
  if (scheme !== "tcp" && scheme !== "http" && scheme !== "https")
    throw badAddress(address, from, `${quote(`${scheme}://`)} is not spoken here`, wayRound(scheme));
  if (scheme === "tcp" && rest.startsWith("/"))
    throw badAddress(address, from, "it is a path", `write unix://${rest}`);
  const url = URL.canParse(`http://${rest}`) ? new URL(`http://${rest}`) : undefined;
  if (url === undefined || url.hostname === "" || url.search !== "" || url.hash !== "")
    throw badAddress(address, from, "it is no address", "write tcp://HOST:PORT or unix://PATH");
  const secure = scheme === "https" ? { verify: true, ...tls } : tls;
  return {
    kind: "tcp",
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (/:80(?:\/|$)/.test(rest) ? 80 : secure === undefined ? 2375 : 2376),
    base: url.pathname.replace(/\/+$/, ""),
    ...(secure === undefined ? {} : { tls: secure }),
  };
}

/** The address as people write it. */
export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === "unix") return `unix://${endpoint.path}`;
  const { host, port, base } = endpoint;
  return `tcp://${host.includes(":") ? `[${host}]` : host}:${port}${base}`;
}

function wayRound(scheme: string): string {
  return scheme === "ssh"
    ? "forward the socket: ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST, then DOCKER_HOST=unix:///tmp/docker.sock"
    : "give a daemon's address as unix://PATH or tcp://HOST:PORT";
}

function badAddress(address: string, from: string, got: string, hint: string): OcilabError {
  const doing = `find the Docker daemon at ${quote(address)} (${from})`;
  return new OcilabError("image.daemon-address", { doing, got, hint, facts: { address, from } });
}
