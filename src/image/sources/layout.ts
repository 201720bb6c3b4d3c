import type { Cancel } from "../../base/brand.ts";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { encodedOf, parseDigest } from "../../oci/digest.ts";
import type { Descriptor, ImageIndex, ImageReference } from "../../oci/image.ts";
import { parseJson } from "../../oci/json.ts";
import { parseIndex } from "../../oci/parse.ts";
import { formatPlatform } from "../../oci/platform.ts";
import { readDocument } from "../blobs/read.ts";
import type { ImageSource } from "../image.ts";
import { indexAround } from "../image-tree.ts";
import { type FileTree, streamSpan } from "./file-tree.ts";
import { manifestFor } from "./index-walk.ts";
import { ambiguous, imagesNamed, type NamedImage } from "./naming.ts";
import { readSmallFile } from "./small-file.ts";

/**
 * The images of an OCI image layout (image-spec image-layout.md), in a directory or an archive. A tag means the annotation
 * org.opencontainers.image.ref.name or containerd's io.containerd.image.name; without one there must be one image.
 * Owns `files`: disposing of the source disposes of it.
 */
export function layoutSource(files: FileTree): ImageSource {
  const locate = (target: Descriptor) => files.locate(blobName(target));
  const fetch = async (target: Descriptor, options: Cancel = {}) => {
    options.signal?.throwIfAborted();
    const span = locate(target);
    if (span === undefined) throw missing(files, target);
    return streamSpan(span, options);
  };
  const doing = `find the image in ${quote(files.path)}`;
  const rootsOf = async (reference: ImageReference): Promise<readonly Descriptor[]> => {
    await checkLayoutFile(files, doing);
    const index = await readTopIndex(files);
    return chosenRoots(index, "tag" in reference ? reference.tag : undefined, doing);
  };
  return {
    async root(reference) {
      const roots = await rootsOf(reference);
      const [only, ...others] = roots;
      return only !== undefined && others.length === 0 ? only : indexAround(roots);
    },
    async resolve(reference, platform, options = {}) {
      const roots = await rootsOf(reference);
      const read = (target: Descriptor, what: string) =>
        readDocument({ fetch }, target, { ...options, what });
      return await manifestFor(roots, platform, { read, doing });
    },
    fetch,
    locate: async (target) => locate(target),
    [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
  };
}

/** The name of a blob in a layout. A digest holds nothing but hex after its colon, so this leads nowhere else. */
function blobName({ digest }: Descriptor): string {
  const parsed = parseDigest(digest);
  return `blobs/${parsed.slice(0, parsed.indexOf(":"))}/${encodedOf(parsed)}`;
}

async function checkLayoutFile(files: FileTree, doing: string): Promise<void> {
  const text = await readSmallFile(files, "oci-layout");
  if (text === undefined) {
    const isDockers = (await readSmallFile(files, "manifest.json")) !== undefined;
    throw new OcilabError("image.unrecognised", {
      doing,
      got: `there is no file ${files.place("oci-layout")}`,
      hint: isDockers
        ? "it looks like what `docker save` writes: name it docker-archive:FILE, or by its path alone"
        : 'if it is a layout nevertheless, make that file with the content {"imageLayoutVersion":"1.0.0"}',
    });
  }
  const value = parseJson(text, { name: files.place("oci-layout") });
  const version = (value as { imageLayoutVersion?: unknown } | null)?.imageLayoutVersion;
  if (typeof version === "string" && /^1\.\d+\.\d+$/.test(version)) return;
  const got = `its oci-layout has the imageLayoutVersion ${quote(JSON.stringify(version) ?? "none")}; 1.0.0 is known`;
  throw new OcilabError("image.bad-document", { doing, got });
}

async function readTopIndex(files: FileTree): Promise<ImageIndex> {
  const text = await readSmallFile(files, "index.json");
  if (text !== undefined) return parseIndex(text, { name: files.place("index.json") });
  throw new OcilabError("image.bad-document", {
    doing: `read the image layout ${quote(files.path)}`,
    got: `there is no file ${files.place("index.json")}`,
  });
}

/** What a tag means: one descriptor, or several that differ in their platform. */
function chosenRoots(index: ImageIndex, tag: string | undefined, doing: string): readonly Descriptor[] {
  const images = index.manifests.map(named);
  const found = imagesNamed(images, tag, doing);
  const one = [...new Map(found.toReversed().map((image) => [image.digest, image])).values()].toReversed();
  const platforms = one.map(({ value }) =>
    value.platform === undefined ? undefined : formatPlatform(value.platform),
  );
  const apart = new Set(platforms).size === one.length && !platforms.includes(undefined);
  const names = new Set(one.map((image) => image.names.join("\n")));
  if (one.length > 1 && !(apart && names.size === 1)) throw ambiguous(found, doing);
  return one.map(({ value }) => value);
}

function named(value: Descriptor): NamedImage<Descriptor> {
  const keys = ["org.opencontainers.image.ref.name", "io.containerd.image.name"] as const;
  const names = keys.flatMap((key) => value.annotations?.[key] ?? []);
  return { names: [...new Set(names)], digest: value.digest, value };
}

function missing(files: FileTree, target: Descriptor): OcilabError {
  const foreign = target.urls !== undefined && target.urls.length > 0;
  return new OcilabError(foreign ? "image.foreign-layer" : "image.blob-missing", {
    doing: `read the blob ${target.digest}`,
    got: `there is no file ${files.place(blobName(target))}${foreign ? `; the manifest points to ${quote(target.urls[0] ?? "")}` : ""}`,
    facts: { digest: target.digest, mediaType: target.mediaType, path: files.path },
  });
}
