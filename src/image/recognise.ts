import type { Stats } from "node:fs";
import { join } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { ImageReference } from "../oci/image.ts";
import { formatReference, type PathReference, parseReference } from "../oci/reference.ts";
import type { ImageSource } from "./image.ts";
import { noSuchPath } from "./no-such-path.ts";
import { type ArchiveTree, openArchive } from "./sources/archive.ts";
import { archiveKind, recogniseArchive } from "./sources/archive-kind.ts";
import { openBuiltin } from "./sources/builtin.ts";
import { dockerArchiveSource } from "./sources/docker-archive.ts";
import { directoryTree, statOf } from "./sources/file-tree.ts";
import { layoutSource } from "./sources/layout.ts";
import { unreadable } from "./unreadable.ts";

/** `images`: where built-in images and decompressed archives go (`configuration.images`). */
export type SourceOptions = Cancel & { readonly images: string };

/**
 * The image that `text` refers to, what lies at a plain path looked into: a layout directory, an OCI archive or a docker archive, with a tag or digest
 * after the path. Errors: "spec.bad-reference", "image.not-found" and "image.registry-name" (with what is there by a similar name), "image.is-bundle",
 * "image.unrecognised", "image.bad-archive", "image.unreadable".
 */
export async function recogniseReference(text: string, options: Cancel = {}): Promise<ImageReference> {
  try {
    const found = located(parseReference(text), text);
    if (found.kind !== "file") return found;
    const kind = await recogniseArchive(found.path, options);
    if (kind === undefined) throw noImageArchive(found.path);
    return { ...found, kind };
  } catch (error) {
    throw unreadable(error, text);
  }
}

/** An opened source and the reference in full. The caller disposes of the source. Errors as of `recogniseReference`, those of the system raw. */
export async function findSource(
  reference: string | ImageReference,
  options: SourceOptions,
): Promise<{ readonly reference: ImageReference; readonly source: ImageSource }> {
  const text = typeof reference === "string" ? reference : formatReference(reference);
  const found = located(typeof reference === "string" ? parseReference(reference) : reference, text);
  switch (found.kind) {
    case "builtin":
      return { reference: found, source: await openBuiltin(found.name, options) };
    case "oci":
      return { reference: found, source: layoutSource(directoryTree(found.path)) };
    case "oci-archive":
    case "docker-archive":
    case "file": {
      const files = await openArchive(found.path, { signal: options.signal, temporary: options.images });
      const kind =
        found.kind === "file" ? archiveKind((name) => files.locate(name) !== undefined) : found.kind;
      if (kind !== undefined) return { reference: { ...found, kind }, source: sources[kind](files) };
      await files[Symbol.asyncDispose]();
      throw noImageArchive(found.path);
    }
  }
}

const sources: Readonly<Record<"oci-archive" | "docker-archive", (files: ArchiveTree) => ImageSource>> = {
  "oci-archive": layoutSource,
  "docker-archive": dockerArchiveSource,
};

/** A reference whose path is there; of a plain file it is not known yet what kind of archive it is. */
type Located = ImageReference | { readonly kind: "file"; readonly path: string; readonly tag?: string };

function located(reference: ImageReference | PathReference, text: string): Located {
  switch (reference.kind) {
    case "builtin":
      return reference;
    case "path": {
      const { stat, ...place } = split(reference.path, text);
      return stat.isDirectory() ? { ...place, kind: directoryKind(place.path) } : { ...place, kind: "file" };
    }
    case "oci":
    case "oci-archive":
    case "docker-archive":
      return atPath(reference, text);
  }
}

/** A path may have colons in it: when the part before the first is not there, a longer one may be. */
function atPath(reference: Exclude<ImageReference, { kind: "builtin" }>, text: string): ImageReference {
  const { kind, path, tag } = reference;
  const given = statOf(path);
  const { stat, ...place } =
    given === undefined
      ? split(tag === undefined ? path : `${path}:${tag}`, text, kind)
      : { stat: given, path, tag };
  if ((kind === "oci") === stat.isDirectory())
    return place.tag === undefined ? { kind, path: place.path } : { kind, path: place.path, tag: place.tag };
  throw new OcilabError("image.unrecognised", {
    doing: `open the image ${quote(text)}`,
    got: `${quote(place.path)} is ${stat.isDirectory() ? "a directory, not an archive" : "no directory"}`,
    hint: stat.isDirectory()
      ? `for an OCI layout write oci:${place.path}`
      : `for an archive write oci-archive:${place.path} or docker-archive:${place.path}`,
  });
}

/** The longest part of the text that exists as a path, and the tag or digest after it. */
function split(
  whole: string,
  text: string,
  kind?: ImageReference["kind"],
): { readonly path: string; readonly tag?: string; readonly stat: Stats } {
  const ends = [whole.length, ...[...whole.matchAll(/[:@]/g)].map(({ index }) => index).reverse()];
  for (const end of ends) {
    const stat = end === 0 ? undefined : statOf(whole.slice(0, end));
    const tag = whole.slice(whole[end] === ":" ? end + 1 : end);
    if (stat !== undefined) return { path: whole.slice(0, end), ...(tag === "" ? {} : { tag }), stat };
  }
  throw noSuchPath(whole, { text, plain: kind === undefined });
}

function directoryKind(path: string): "oci" {
  const has = (name: string): boolean => statOf(join(path, name)) !== undefined;
  if (has("oci-layout") || (has("index.json") && has("blobs"))) return "oci";
  const doing = `open the image ${quote(path)}`;
  if (has("config.json") && has("rootfs")) {
    throw new OcilabError("image.is-bundle", {
      doing,
      got: "it is a bundle: it has config.json and rootfs, and no layers",
    });
  }
  const ofSkopeo = has("manifest.json") && has("version");
  throw new OcilabError("image.unrecognised", {
    doing,
    got: ofSkopeo ? "it is a directory of skopeo's dir: transport" : "the directory has no oci-layout file",
    hint: ofSkopeo
      ? `convert it: skopeo copy dir:${path} oci:DIR:TAG`
      : "an OCI image layout has oci-layout, index.json and blobs",
  });
}

function noImageArchive(path: string): OcilabError {
  return new OcilabError("image.unrecognised", {
    doing: `open the image ${quote(path)}`,
    got: "it is a tar archive without index.json and manifest.json",
    hint: "an archive of a root filesystem is no image; umoci can make one of it",
  });
}
