import { createHash } from "node:crypto";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { encodedOf, parseDigest } from "../../oci/digest.ts";
import type { Descriptor } from "../../oci/image.ts";
import { parseJson } from "../../oci/json.ts";
import { mediaTypes } from "../../oci/media-types.ts";
import { readDocument } from "../blobs/read.ts";
import type { FileSpan, ImageSource } from "../image.ts";
import { type FileTree, streamSpan } from "./file-tree.ts";
import { manifestFor } from "./index-walk.ts";
import { readSmallFile } from "./small-file.ts";

/** Whether the files are a directory of skopeo's dir: transport: `version` says so (containers/image, directory/directory_transport.go). */
export async function isSkopeoDirectory(files: FileTree): Promise<boolean> {
  if (files.locate("manifest.json") === undefined) return false;
  return (await readSmallFile(files, "version"))?.startsWith("Directory Transport Version:") === true;
}

/**
 * The image in a directory of skopeo's dir: transport (containers-transports(5)): manifest.json, and each blob under the hex digits of its digest; of an
 * index the manifests as HEX.manifest.json. Owns `files`. Errors: "image.blob-missing", "image.bad-document", those of the index.
 */
export function skopeoDirectorySource(files: FileTree): ImageSource {
  const doing = `open the image ${quote(`dir:${files.path}`)}`;
  let top: Descriptor | undefined;
  const locate = (target: Descriptor): FileSpan | undefined => {
    if (target.digest === top?.digest) return files.locate("manifest.json");
    const hex = encodedOf(parseDigest(target.digest));
    return files.locate(hex) ?? files.locate(`${hex}.manifest.json`);
  };
  const source: ImageSource = {
    async resolve(_reference, platform, options = {}) {
      top = await topDescriptor(files, doing);
      const read = (target: Descriptor, what: string) => readDocument(source, target, { ...options, what });
      return await manifestFor([top], platform, { read, doing });
    },
    async fetch(target, options = {}) {
      const span = locate(target);
      if (span !== undefined) return streamSpan(span, options);
      const got = `there is no file ${files.place(encodedOf(target.digest))}`;
      throw new OcilabError("image.blob-missing", { doing: `read the blob ${target.digest}`, got });
    },
    locate: async (target) => locate(target),
    [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
  };
  return source;
}

/** manifest.json is named by nobody: its digest and media type are what its bytes say. */
async function topDescriptor(files: FileTree, doing: string): Promise<Descriptor> {
  const text = await readSmallFile(files, "manifest.json");
  if (text === undefined)
    throw new OcilabError("image.bad-document", {
      doing,
      got: `there is no file ${files.place("manifest.json")}`,
    });
  const value = parseJson(text, { name: files.place("manifest.json") });
  const bytes = Buffer.from(text);
  const digest = parseDigest(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);
  return { mediaType: mediaTypeIn(value), digest, size: bytes.length };
}

function mediaTypeIn(value: unknown): string {
  const { mediaType, manifests } = (value ?? {}) as {
    readonly mediaType?: unknown;
    readonly manifests?: unknown;
  };
  if (typeof mediaType === "string") return mediaType;
  return Array.isArray(manifests) ? mediaTypes.index : mediaTypes.manifest;
}
