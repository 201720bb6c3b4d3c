import { basename } from "node:path";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import type { ImageReference } from "../../oci/image.ts";
import { formatReference } from "../../oci/reference.ts";
import { readRegistryName } from "../../oci/registry-name.ts";
import { longName } from "../sources/naming.ts";

/**
 * The name that a pulled image gets when none is asked for: its own where it has one as registries and docker archives give it, else one below
 * "localhost", made of the name of its file, directory or container. Pure.
 */
export function nameFor(reference: ImageReference): string {
  switch (reference.kind) {
    case "registry":
      return formatReference(reference);
    case "builtin":
      return local(reference.name, undefined);
    case "docker-archive":
    case "oci-archive":
    case "oci":
      return named(reference.tag) ?? local(baseOf(reference.path), reference.tag);
    case "docker-daemon":
      if (/^(?:sha256:)?[0-9a-f]{12,64}$/.test(reference.name)) return local(reference.name, undefined);
      return longName(reference.name);
    case "docker-container":
      return local(reference.name, undefined);
    case "dir":
    case "rootfs-tar":
      return local(baseOf(reference.path), undefined);
  }
}

/** A name that the user chose, in docker's long form. Errors: "spec.bad-reference" with the rule that it breaks. */
export function parseImageName(text: string): string {
  const reading = readRegistryName(text);
  if (reading.ok && reading.reference.digest === undefined) return formatReference(reading.reference);
  throw new OcilabError("spec.bad-reference", {
    doing: `name an image ${quote(text)}`,
    got: reading.ok ? "a digest is no name that can be given" : reading.because,
    hint: "write [HOST/]NAME[:TAG] in lower case, as docker does",
  });
}

/** A tag that is itself a whole name ("docker.io/library/alpine:3", "app:1"), as skopeo and docker write them. */
function named(tag: string | undefined): string | undefined {
  if (tag === undefined || !/[/:]/.test(tag) || /^@|^sha\d+:/.test(tag)) return undefined;
  return readRegistryName(tag).ok ? longName(tag) : undefined;
}

function local(base: string, tag: string | undefined): string {
  const plain = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "");
  const label = /^@|^sha\d+:/.test(tag ?? "")
    ? ""
    : (tag ?? "").replace(/[^\w.-]+/g, "-").replace(/^[.-]+/, "");
  return `localhost/${plain(base) || "image"}:${label.slice(0, 128) || "latest"}`;
}

function baseOf(path: string): string {
  return basename(path).replace(/(?:\.(?:tar|tgz|tzst|oci|docker|gz|zst))+$/, "");
}
