import { statSync } from "node:fs";
import { OcilabError } from "../../base/errors.ts";
import { nearest, quote } from "../../base/text.ts";
import { formatReference } from "../../oci/reference.ts";
import { readRegistryName } from "../../oci/registry-name.ts";

/** Where an image is written, and what it is called there. `path` "-" is standard output. */
export type ExportTarget = {
  readonly kind: "oci" | "oci-archive" | "docker-archive";
  readonly path: string;
  /** As the user wrote it after the path: a tag, or for docker archives NAME:TAG. */
  readonly name: string | undefined;
};

const kinds = ["oci", "oci-archive", "docker-archive"] as const;

/**
 * What `image export` is told: `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]`, `docker-archive:FILE[:NAME[:TAG]]`, a directory that is there or
 * ends in a slash (an OCI layout), or a file (an OCI archive), which begins with ./ where it looks like another kind. Errors: "usage.bad-argument".
 */
export function parseTarget(text: string): ExportTarget {
  const colon = text.indexOf(":");
  const kind = kinds.find((one) => one === text.slice(0, Math.max(0, colon)));
  if (kind === undefined) return plain(text);
  const rest = text.slice(colon + 1);
  const end = rest.indexOf(":");
  const path = end < 0 ? rest : rest.slice(0, end);
  const name = end < 0 ? undefined : rest.slice(end + 1);
  if (path === "") throw badTarget(text, `nothing follows ${kind}:`);
  if (kind === "oci" && path === "-")
    throw badTarget(text, "standard output takes an archive, not a directory");
  return { kind, path, name: name === undefined ? undefined : checkedName(name, { kind, text }) };
}

function plain(text: string): ExportTarget {
  if (text === "") throw badTarget(text, "it is empty");
  const [, kind] = /^([a-z][a-z-]+):/.exec(text) ?? [];
  if (kind !== undefined) throw badTarget(text, unknownKind(kind));
  const directory = text.endsWith("/") || statSync(text, { throwIfNoEntry: false })?.isDirectory() === true;
  return { kind: directory ? "oci" : "oci-archive", path: text, name: undefined };
}

/** Else a typing error, or a target that only others have, would become the name of a file. */
function unknownKind(kind: string): string {
  const near = nearest(kind, kinds);
  const guess = near === undefined ? "" : `; did you mean ${near}:?`;
  return `nothing is written to ${quote(`${kind}:`)}${guess} (a file of this name is ./${kind}:…)`;
}

function checkedName(name: string, { kind, text }: { readonly kind: string; readonly text: string }): string {
  if (kind !== "docker-archive") {
    // image-spec annotations.md, org.opencontainers.image.ref.name
    const component = "[A-Za-z0-9]+(?:[-._:@+]|--|[A-Za-z0-9])*";
    if (new RegExp(`^${component}(?:/${component})*$`).test(name)) return name;
    throw badTarget(text, `${quote(name)} is no tag`);
  }
  const reading = readRegistryName(name);
  if (reading.ok && reading.reference.digest === undefined) return formatReference(reading.reference);
  throw badTarget(text, reading.ok ? "a docker archive takes NAME:TAG, no digest" : reading.because);
}

function badTarget(text: string, got: string): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: `understand where to export to, ${quote(text)}`,
    got,
    hint: "write oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME:TAG], or - for an archive on standard output",
  });
}
