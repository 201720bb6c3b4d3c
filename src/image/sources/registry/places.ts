import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, OcilabError } from "../../../base/errors.ts";
import { quote } from "../../../base/text.ts";
import { parseJson } from "../../../oci/json.ts";

/** One server that can be asked for images of a registry. */
export type Place = {
  /** Whose credentials and certificates count: the registry's name, or the mirror's host. */
  readonly host: string;
  /** Where to ask, the first that answers: https, and http after it where that may be. */
  readonly origins: readonly URL[];
  /** Before the repository's name: "" or "hub/". */
  readonly prefix: string;
  readonly mirror: boolean;
  readonly insecure: boolean;
};

export type PlaceOptions = {
  readonly insecure: boolean;
  /** `HOST=URL`, as --mirror has them. */
  readonly mirrors: readonly string[];
  /** The directory with registries.json. */
  readonly home: string;
};

/**
 * Where to ask for images of `host`: the mirrors of --mirror, those of HOME/registries.json, and the registry itself last. Docker Hub answers at
 * registry-1.docker.io. Hosts of this machine (localhost, 127.0.0.0/8, ::1) may speak plain HTTP and have any certificate, as with docker.
 * Errors: "registry.bad-settings" says which setting is wrong and how it should be.
 */
export function placesOf(host: string, { insecure, mirrors, home }: PlaceOptions): readonly Place[] {
  const stored = readSettings(join(home, "registries.json"))[host] ?? { mirrors: [], insecure: false };
  const given = mirrors.map(parseMirror).filter((mirror) => mirror.host === host);
  const urls = [...given.map(({ url }) => url), ...stored.mirrors];
  const own = insecure || stored.insecure || isLocal(host);
  const api = host === "docker.io" ? "registry-1.docker.io" : host;
  const upstream: Place = {
    host,
    origins: [new URL(`https://${api}`), ...(own ? [new URL(`http://${api}`)] : [])],
    prefix: "",
    mirror: false,
    insecure: own,
  };
  return [...urls.map((url) => mirrorPlace(url, insecure)), upstream];
}

/** `HOST=URL` of --mirror; a URL without a scheme is https. Error "registry.bad-settings". */
function parseMirror(text: string): { readonly host: string; readonly url: URL } {
  const equals = text.indexOf("=");
  const host = text.slice(0, Math.max(0, equals)).toLowerCase();
  const url = urlOf(text.slice(equals + 1));
  if (host !== "" && url !== undefined) return { host, url };
  throw new OcilabError("registry.bad-settings", {
    doing: `read the mirror ${quote(text)}`,
    got: host === "" ? "there is no HOST= before the URL" : "what follows the = is no http or https URL",
    hint: "write --mirror HOST=URL, for example --mirror docker.io=https://mirror.example.org",
  });
}

function urlOf(text: string): URL | undefined {
  const full = text.includes("://") ? text : `https://${text}`;
  if (text === "" || !URL.canParse(full)) return undefined;
  const url = new URL(full);
  const plain = url.username === "" && url.search === "" && url.hash === "";
  return /^https?:$/.test(url.protocol) && plain ? url : undefined;
}

function mirrorPlace(url: URL, insecure: boolean): Place {
  const lax = insecure || isLocal(url.host);
  const origin = new URL(url.origin);
  const path = url.pathname.replace(/^\/(?:v2\/)?|\/$/g, "");
  const second = lax && url.protocol === "https:" ? [new URL(`http://${url.host}`)] : [];
  return {
    host: url.host,
    origins: [origin, ...second],
    prefix: path === "" ? "" : `${path}/`,
    mirror: true,
    insecure: lax,
  };
}

function isLocal(host: string): boolean {
  const name = host.replace(/:\d+$/, "");
  return name === "localhost" || name === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(name);
}

type Stored = { readonly mirrors: readonly URL[]; readonly insecure: boolean };

/** `{"registries": {"docker.io": {"mirrors": ["https://…"], "insecure": false}}}`; strict, for a misspelt setting would silently do nothing. */
function readSettings(path: string): Readonly<Record<string, Stored>> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT" || errno === "ENOTDIR") return {};
    throw bad(path, `the system answered ${errno ?? String(error)}`);
  }
  const top = membersOf(parseJson(text, { name: path }), ["registries"], { path, at: "" });
  const registries = objectOf(top["registries"] ?? {}, { path, at: "/registries" });
  return Object.fromEntries(
    Object.entries(registries).map(([host, value]) => [
      host,
      storedOf(value, { path, at: `/registries/${host}` }),
    ]),
  );
}

type Where = { readonly path: string; readonly at: string };

function storedOf(value: unknown, where: Where): Stored {
  const { mirrors = [], insecure = false } = membersOf(value, ["mirrors", "insecure"], where);
  if (typeof insecure !== "boolean") throw bad(where.path, `${where.at}/insecure is not true or false`);
  if (!Array.isArray(mirrors)) throw bad(where.path, `${where.at}/mirrors is no array of URLs`);
  return {
    insecure,
    mirrors: mirrors.map((one: unknown, index) => {
      const url = typeof one === "string" ? urlOf(one) : undefined;
      if (url !== undefined) return url;
      throw bad(
        where.path,
        `${where.at}/mirrors/${index} is no http or https URL: ${quote(JSON.stringify(one))}`,
      );
    }),
  };
}

function membersOf(value: unknown, names: readonly string[], where: Where): Record<string, unknown> {
  const members = objectOf(value, where);
  const strange = Object.keys(members).find((name) => !names.includes(name));
  if (strange === undefined) return members;
  throw bad(
    where.path,
    `${where.at}/${strange} is no setting; there ${names.length === 1 ? "is" : "are"} ${names.join(" and ")}`,
  );
}

function objectOf(value: unknown, { path, at }: Where): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw bad(path, `${at === "" ? "the document" : at} is no object`);
}

function bad(path: string, got: string): OcilabError {
  return new OcilabError("registry.bad-settings", { doing: `read ${quote(path)}`, got });
}
