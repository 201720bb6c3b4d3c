import { OcilabError } from "../base/errors.ts";
import { nearest, quote } from "../base/text.ts";
import type { ImageReference } from "./image.ts";
import { formatRegistryName, readRegistryName } from "./registry-name.ts";

/** Images that are built in, by name. */
export const builtinNames = ["busybox"] as const;

/** A path without a transport: what lies there decides (a layout, an archive), and whether what follows a colon is a tag. */
export type PathReference = { readonly kind: "path"; readonly path: string };

const transports = ["oci", "oci-archive", "docker-archive"] as const;
type Transport = (typeof transports)[number];

/** Transports whose reference is one name or path, whole, and what has to follow them. */
const wholes = {
  "docker-daemon": "the name or id of an image",
  "docker-container": "the name or id of a container",
  dir: "a directory",
  "rootfs-tar": "a file, or - for standard input",
} as const;
type Whole = keyof typeof wholes;

/** Transports of skopeo, podman and friends that ocilab does not read; each with the way round. */
const elsewhere: Readonly<Record<string, string>> = {
  "containers-storage": "copy it first: skopeo copy containers-storage:NAME oci:DIR:TAG",
  "docker-tar": "write docker-archive:FILE",
  "oci-layout": "write oci:DIR[:TAG]",
  tarball: "write rootfs-tar:FILE",
  ostree: "copy it first: skopeo copy ostree:NAME oci:DIR:TAG",
  sif: "copy it first: skopeo copy sif:FILE oci:DIR:TAG",
};

const forms =
  "oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME:TAG], docker-daemon:NAME, docker-container:NAME, dir:DIR, rootfs-tar:FILE, a path, a registry's [HOST/]NAME[:TAG][@DIGEST], or the built-in busybox";

/**
 * The image that `text` refers to, as users write it: `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]`, `docker-archive:FILE[:TAG]` (as in
 * skopeo(1) the path ends at the first colon, so a docker tag may be `registry:5000/name:tag`, `@INDEX`, or a digest), `docker-daemon:NAME`,
 * `docker-container:NAME`, `dir:DIR` and `rootfs-tar:FILE` (all that follows is the name or path), `docker://NAME` for an
 * image in a registry, the bare name of a built-in image, or a path, whole and unexamined: what is at no path may be a registry's name. Throws "spec.bad-reference" (exit code 2) with the forms that are understood.
 */
export function parseReference(text: string): ImageReference | PathReference {
  if (text.trim() === "") throw badReference(text, "it is empty");
  if (text.includes("\0")) throw badReference(text, "it holds a NUL character");
  if ((builtinNames as readonly string[]).includes(text)) return { kind: "builtin", name: text };
  const colon = text.indexOf(":");
  const transport = text.slice(0, Math.max(0, colon));
  if (isTransport(transport)) return located(transport, text);
  if (text.startsWith("docker://")) return inRegistry(text);
  if (/^https?:\/\//.test(text))
    throw badReference(
      text,
      "it is a URL",
      "write an image in a registry without https://, or fetch the file first",
    );
  if (isWhole(transport)) return wholly(transport, text);
  const wayRound = Object.hasOwn(elsewhere, transport) ? elsewhere[transport] : undefined;
  if (wayRound !== undefined)
    throw badReference(text, `images cannot be read from ${quote(`${transport}:`)} yet`, wayRound);
  if (/^[a-z][a-z0-9+.-]*:\/\//.test(text))
    throw badReference(text, `${quote(`${transport}:`)} is no transport that is known here`);
  const meant = transport.includes("-")
    ? nearest(transport, [...transports, ...Object.keys(wholes)])
    : undefined;
  if (meant !== undefined)
    throw badReference(text, `there is no transport ${quote(transport)}`, `did you mean ${meant}:?`);
  return { kind: "path", path: text };
}

/**
 * The text that `parseReference` reads back as `reference`; for an image in a registry its name in full, which `readRegistryName` reads back.
 * A path with a colon in it has no such form after a transport.
 */
export function formatReference(reference: ImageReference | PathReference): string {
  switch (reference.kind) {
    case "builtin":
      return reference.name;
    case "path":
      return reference.path;
    case "registry":
      return formatRegistryName(reference);
    case "docker-daemon":
    case "docker-container":
      return `${reference.kind}:${reference.name}`;
    case "dir":
    case "rootfs-tar":
      return `${reference.kind}:${reference.path}`;
    case "oci":
    case "oci-archive":
    case "docker-archive":
      return [reference.kind, reference.path, ...(reference.tag === undefined ? [] : [reference.tag])].join(
        ":",
      );
  }
}

function isTransport(word: string): word is Transport {
  return (transports as readonly string[]).includes(word);
}

function isWhole(word: string): word is Whole {
  return Object.hasOwn(wholes, word);
}

function wholly(kind: Whole, text: string): ImageReference {
  const rest = text.slice(kind.length + 1);
  if (rest === "") throw badReference(text, `${kind}: is not followed by ${wholes[kind]}`);
  if (kind === "dir" || kind === "rootfs-tar") return { kind, path: rest };
  const form = kind === "docker-daemon" ? daemonName : containerName;
  if (!form.test(rest)) throw badReference(text, `${quote(rest, 80)} is not ${wholes[kind]}`);
  return { kind, name: rest };
}

/** Names as dockers take them, looser than docker's own grammar, but nothing that would be another path in a URL. */
const daemonName = /^[A-Za-z0-9][\w.+-]*(?:[/:@][A-Za-z0-9_][\w.+-]*)*$/;
const containerName = /^[A-Za-z0-9][\w.-]*$/;

function inRegistry(text: string): ImageReference {
  const read = readRegistryName(text.slice("docker://".length));
  if (read.ok) return read.reference;
  throw badReference(text, read.because);
}

function located(kind: Transport, text: string): ImageReference {
  const rest = text.slice(kind.length + 1);
  const colon = rest.indexOf(":");
  const path = colon < 0 ? rest : rest.slice(0, colon);
  if (path === "")
    throw badReference(text, `${kind}: is not followed by a ${kind === "oci" ? "directory" : "file"}`);
  if (colon < 0) return { kind, path };
  const tag = rest.slice(colon + 1);
  const fault = tagFault(kind, tag);
  if (fault !== undefined) throw badReference(text, fault);
  return { kind, path, tag };
}

/** image-spec annotations.md gives the grammar of org.opencontainers.image.ref.name; docker names are looser, so only what can be no name is refused. */
function tagFault(kind: Transport, tag: string): string | undefined {
  if (tag === "") return "nothing follows the last colon";
  if (/[\s\p{Cc}]/u.test(tag)) return `the tag ${quote(tag, 80)} holds a space or a control character`;
  if (kind !== "docker-archive" || /^@(?:\d+|sha(?:256|512):[0-9a-f]+)$/.test(tag)) return undefined;
  const name = tag.slice(tag.lastIndexOf("/") + 1);
  if (/^:|:$|^@|@$/.test(name) || tag.startsWith("/")) return `${quote(tag, 80)} is no NAME:TAG`;
  return undefined;
}

function badReference(text: string, got: string, hint?: string): OcilabError {
  return new OcilabError("spec.bad-reference", {
    doing: `understand the image ${quote(text, 120)}`,
    got,
    hint: hint === undefined ? `write ${forms}` : `${hint}; understood are ${forms}`,
  });
}
