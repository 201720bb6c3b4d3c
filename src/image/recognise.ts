import type { Stats } from "node:fs";
import { dirname, join } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { ImageReference, Platform } from "../oci/image.ts";
import { formatReference, type PathReference, parseReference } from "../oci/reference.ts";
import type { ImageSource } from "./image.ts";
import { isWrittenAsPath, noSuchPath, notAtPath } from "./no-such-path.ts";
import { type ArchiveTree, openArchive } from "./sources/archive.ts";
import { archiveKind, recogniseArchive } from "./sources/archive-kind.ts";
import { openBuiltin } from "./sources/builtin.ts";
import { dockerArchiveSource } from "./sources/docker-archive.ts";
import { directoryTree, statOf } from "./sources/file-tree.ts";
import { layoutSource } from "./sources/layout.ts";
import { type RegistryOptions, refuseForOthers } from "./sources/registry/settings.ts";
import type { StoreOptions } from "./store/policy.ts";
import { unreadable } from "./unreadable.ts";

/**
 * `images`: where built-in images and decompressed archives go (`configuration.images`). `registry`: how to reach registries; default: as the
 * environment and registries.json beside `images` say.
 */
export type SourceOptions = Cancel & {
  readonly images: string;
  readonly registry?: RegistryOptions | undefined;
  /** Names are looked for in the image store first, and what a registry gives is kept there; left out: neither. */
  readonly store?: StoreOptions | undefined;
  /** Whose image the store is asked for; default: this machine's. */
  readonly platform?: Platform | undefined;
};

/**
 * The image that `text` refers to, what lies at a plain path looked into: a layout directory, an OCI archive or a docker archive, with a tag or digest
 * after the path; the name of an image in a registry where there is no such path. Errors: "spec.bad-reference", "image.not-found" (with what is there by a similar name), "image.is-bundle",
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
  const parsed = typeof reference === "string" ? parseReference(reference) : reference;
  const stored = await inStore(parsed, text, options);
  if (stored !== undefined) return stored;
  const found = located(parsed, text);
  if (found.kind !== "registry") refuseForOthers(options.registry, text);
  switch (found.kind) {
    case "builtin":
      return { reference: found, source: await openBuiltin(found.name, options) };
    case "oci":
      return { reference: found, source: layoutSource(directoryTree(found.path)) };
    case "registry": {
      const { registrySource } = await import("./sources/registry/source.ts");
      const settings = options.registry ?? { home: dirname(options.images), env: process.env };
      const source = registrySource(found, settings);
      const { store } = options;
      if (store === undefined || store.keep === false) return { reference: found, source };
      const { pulledFrom } = await import("./store/choose.ts");
      return { reference: found, source: pulledFrom(source, found, { ...store, signal: options.signal }) };
    }
    case "docker-daemon": {
      const { openDaemonImage } = await import("./sources/daemon/image.ts");
      return { reference: found, source: await openDaemonImage(found.name, options) };
    }
    case "docker-container": {
      const { openDaemonContainer } = await import("./sources/daemon/container.ts");
      return { reference: found, source: await openDaemonContainer(found.name, options) };
    }
    case "dir": {
      const { openDirectory } = await import("./sources/directory.ts");
      return { reference: found, source: await openDirectory(found.path, options) };
    }
    case "rootfs-tar": {
      const { openTarRootfs } = await import("./sources/rootfs/tar-rootfs.ts");
      return { reference: found, source: await openTarRootfs(found.path, options) };
    }
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

/** The store knows names, and what is at no path may be one. */
async function inStore(
  parsed: ImageReference | PathReference,
  text: string,
  { store, platform }: SourceOptions,
): Promise<{ readonly reference: ImageReference; readonly source: ImageSource } | undefined> {
  const isName =
    parsed.kind === "registry" || (parsed.kind === "path" && imagePlace(parsed.path) === undefined);
  if (store === undefined || !isName) return undefined;
  const { storedFor } = await import("./store/choose.ts");
  return storedFor(text, store, platform);
}

const sources: Readonly<Record<"oci-archive" | "docker-archive", (files: ArchiveTree) => ImageSource>> = {
  "oci-archive": layoutSource,
  "docker-archive": dockerArchiveSource,
};

/** A reference whose path is there; of a plain file it is not known yet what kind of archive it is. */
type Located = ImageReference | { readonly kind: "file"; readonly path: string; readonly tag?: string };

type TaggedReference = Extract<ImageReference, { kind: "oci" | "oci-archive" | "docker-archive" }>;
type RootfsReference = Extract<ImageReference, { kind: "dir" | "rootfs-tar" }>;

function located(reference: ImageReference | PathReference, text: string): Located {
  switch (reference.kind) {
    case "builtin":
    case "registry":
    case "docker-daemon":
    case "docker-container":
      return reference;
    case "dir":
    case "rootfs-tar":
      return rootfsAt(reference, text);
    case "path": {
      const found = imagePlace(reference.path);
      if (found === undefined) return notAtPath(reference.path, text);
      const { stat, ...place } = found;
      return stat.isDirectory() ? { ...place, kind: directoryKind(place.path) } : { ...place, kind: "file" };
    }
    case "oci":
    case "oci-archive":
    case "docker-archive":
      return atPath(reference, text);
  }
}

/** The path of a root filesystem has no tag after it. */
function rootfsAt(reference: RootfsReference, text: string): RootfsReference {
  const { kind, path } = reference;
  if (kind === "rootfs-tar" && path === "-") return reference;
  const stat = statOf(path);
  if (stat === undefined) throw noSuchPath(path, { text, plain: false });
  if (stat.isDirectory() === (kind === "dir")) return reference;
  throw new OcilabError("image.unrecognised", {
    doing: `open the image ${quote(text)}`,
    got: `${quote(path)} is ${stat.isDirectory() ? "a directory, not an archive" : "no directory"}`,
    hint: `write ${stat.isDirectory() ? "dir" : "rootfs-tar"}:${path}`,
  });
}

/** A path may have colons in it: when the part before the first is not there, a longer one may be. */
function atPath(reference: TaggedReference, text: string): ImageReference {
  const { kind, path, tag } = reference;
  const given = statOf(path);
  const { stat, ...place } =
    given === undefined
      ? split(tag === undefined ? path : `${path}:${tag}`, text)
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

type Found = { readonly path: string; readonly tag?: string; readonly stat: Stats };

function split(whole: string, text: string): Found {
  const found = longestPath(whole);
  if (found === undefined) throw noSuchPath(whole, { text, plain: false });
  return found;
}

/** What is at a plain path. A directory that is no image does not stand in the way of a name with a tag: `redis:7` beside a directory redis. */
function imagePlace(path: string): Found | undefined {
  const found = longestPath(path);
  if (found?.tag === undefined || !found.stat.isDirectory() || isWrittenAsPath(path)) return found;
  return imageDirectory(found.path) === undefined ? undefined : found;
}

/** The longest part of the text that exists as a path, and the tag or digest after it. */
function longestPath(whole: string): Found | undefined {
  const ends = [whole.length, ...[...whole.matchAll(/[:@]/g)].map(({ index }) => index).reverse()];
  for (const end of ends) {
    const stat = end === 0 ? undefined : statOf(whole.slice(0, end));
    const tag = whole.slice(whole[end] === ":" ? end + 1 : end);
    if (stat !== undefined) return { path: whole.slice(0, end), ...(tag === "" ? {} : { tag }), stat };
  }
  return undefined;
}

function imageDirectory(path: string): "oci" | "dir" | undefined {
  const has = (name: string): boolean => statOf(join(path, name)) !== undefined;
  if (has("oci-layout") || (has("index.json") && has("blobs"))) return "oci";
  return has("manifest.json") && has("version") ? "dir" : undefined;
}

function directoryKind(path: string): "oci" | "dir" {
  const kind = imageDirectory(path);
  if (kind !== undefined) return kind;
  const has = (name: string): boolean => statOf(join(path, name)) !== undefined;
  const doing = `open the image ${quote(path)}`;
  if (has("config.json") && has("rootfs")) {
    throw new OcilabError("image.is-bundle", {
      doing,
      got: "it is a bundle: it has config.json and rootfs, and no layers",
    });
  }
  const named = isWrittenAsPath(path) ? "" : `; for an image in a registry docker://${path}`;
  const looksLikeRootfs = ["bin", "etc", "usr"].filter(has).length > 1;
  throw new OcilabError("image.unrecognised", {
    doing,
    got: "the directory has no oci-layout file",
    hint: looksLikeRootfs
      ? `for a root filesystem write dir:${path}${named}`
      : `an OCI image layout has oci-layout, index.json and blobs; for a root filesystem write dir:${path}${named}`,
  });
}

function noImageArchive(path: string): OcilabError {
  return new OcilabError("image.unrecognised", {
    doing: `open the image ${quote(path)}`,
    got: "it is a tar archive without index.json and manifest.json",
    hint: `for an archive of a root filesystem write rootfs-tar:${path}`,
  });
}
