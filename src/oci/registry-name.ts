import { quote } from "../base/text.ts";
import { isDigest, parseDigest } from "./digest.ts";
import type { Digest } from "./image.ts";

/** An image in a registry. Of `tag` and `digest` at least one is there; where both are, the digest decides which image it is. */
export type RegistryReference = {
  readonly kind: "registry";
  /** Host with port as written, lower case; Docker Hub is "docker.io", whatever host answers for it. */
  readonly host: string;
  /** The name in that registry: "library/alpine". */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
};

export type RegistryNameReading =
  | { readonly ok: true; readonly reference: RegistryReference }
  | { readonly ok: false; readonly because: string };

const mostName = 255;

/**
 * The image that a name means, completed as docker completes it: `alpine` is docker.io/library/alpine:latest. What is before the first slash is a host
 * when it has a dot or a colon in it or is "localhost". Grammar: distribution-spec 1.1 (pulling manifests: <name>, <reference>) and docker's
 * reference grammar, from which the host, `NAME:TAG@DIGEST` and the refusal of 64 hex digits alone come. What is no name gets the rule that it breaks.
 */
export function readRegistryName(text: string): RegistryNameReading {
  const at = text.indexOf("@");
  const named = at < 0 ? text : text.slice(0, at);
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const slash = named.indexOf("/");
  const first = slash < 0 ? "" : named.slice(0, slash);
  const isHost = /[.:[]/.test(first) || first.toLowerCase() === "localhost";
  const host = isHost ? first.toLowerCase() : "docker.io";
  const rest = isHost ? named.slice(slash + 1) : named;
  const colon = rest.lastIndexOf(":") > rest.lastIndexOf("/") ? rest.lastIndexOf(":") : rest.length;
  const path = rest.slice(0, colon);
  const tag = colon === rest.length ? undefined : rest.slice(colon + 1);
  const because =
    hostFault(host) ?? repositoryFault(path) ?? tagFault(tag) ?? digestFault(digest, `${host}/${path}`);
  if (because !== undefined) return { ok: false, because };
  return { ok: true, reference: completed({ host, path, tag, digest }) };
}

/** The name in full: "docker.io/library/alpine:latest", "localhost:5000/a/b@sha256:…". `readRegistryName` reads it back the same. */
export function formatRegistryName({ host, repository, tag, digest }: RegistryReference): string {
  return `${host}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/** A name in full as docker shows it: without docker.io and library. */
export function shortName(name: string): string {
  return name.replace(/^docker\.io\/(library\/)?/, "");
}

type Parts = {
  readonly host: string;
  readonly path: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
};

function completed({ host: given, path, tag, digest }: Parts): RegistryReference {
  const host = given === "index.docker.io" || given === "registry-1.docker.io" ? "docker.io" : given;
  const repository = host === "docker.io" && !path.includes("/") ? `library/${path}` : path;
  const chosen = tag ?? (digest === undefined ? "latest" : undefined);
  return {
    kind: "registry",
    host,
    repository,
    ...(chosen === undefined ? {} : { tag: chosen }),
    ...(digest === undefined ? {} : { digest: parseDigest(digest) }),
  };
}

function hostFault(host: string): string | undefined {
  const [, name = "", port] = /^(\[[0-9a-f:.]+\]|[^:]*)(?::(.*))?$/.exec(host) ?? [];
  if (name === "") return `${quote(host)} is no host: host:port`;
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
    return `the port ${quote(port)} of the host is no number from 1 to 65535`;
  if (name.startsWith("[")) return undefined;
  const wrong = name.split(".").find((label) => !/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label));
  if (wrong === undefined) return undefined;
  return `the host ${quote(name)} has the part ${quote(wrong)}; parts are letters, digits and dashes between them`;
}

function repositoryFault(path: string): string | undefined {
  if (path === "") return "there is no repository name in it";
  if (path.length > mostName)
    return `the repository name has ${path.length} characters; it may have ${mostName}`;
  if (/^[0-9a-f]{64}$/.test(path))
    return "64 hex digits alone are an image id, not a name; a digest is written NAME@sha256:HEX";
  for (const part of path.split("/")) {
    const fault = partFault(part);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function partFault(part: string): string | undefined {
  if (/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/.test(part)) return undefined;
  if (part === "") return "the repository name has a slash too many";
  if (/[A-Z]/.test(part))
    return `the repository name has upper-case letters in ${quote(part)}; it must be lower case`;
  const strange = /[^a-z0-9._-]/u.exec(part)?.[0];
  if (strange !== undefined)
    return `the repository name has ${quote(strange)} in it; it is made of a-z, 0-9, and ".", "_", "__" or dashes between them`;
  return `the part ${quote(part)} of the repository name must begin and end with a letter or digit, with one ".", one or two "_", or dashes between them`;
}

function tagFault(tag: string | undefined): string | undefined {
  if (tag === undefined || /^\w[\w.-]{0,127}$/.test(tag)) return undefined;
  if (tag === "") return "nothing follows the last colon";
  if (tag.length > 128) return `the tag has ${tag.length} characters; it may have 128`;
  return `the tag ${quote(tag, 80)} is not made of letters, digits, "_", "." and "-", the first no "." or "-"`;
}

function digestFault(digest: string | undefined, name: string): string | undefined {
  if (digest === undefined || isDigest(digest)) return undefined;
  if (digest === "") return `nothing follows the "@" of ${quote(name)}`;
  const [algorithm = "", hex] = digest.split(":", 2);
  if (hex === undefined || (algorithm !== "sha256" && algorithm !== "sha512"))
    return `${quote(digest, 160)} is no digest: sha256:HEX or sha512:HEX`;
  if (/[A-F]/.test(hex)) return "the hex digits of its digest must be lower case";
  return `a ${algorithm} digest has ${algorithm === "sha256" ? 64 : 128} hex digits, this one has ${quote(hex, 140)} (${hex.length})`;
}
