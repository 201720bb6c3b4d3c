import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Cancel } from "../../base/brand.ts";
import { makeDirectory } from "../../base/directory.ts";
import { OcilabError } from "../../base/errors.ts";
import { sweepTemporary, temporaryDirectory } from "../../base/temporary.ts";
import { quote } from "../../base/text.ts";
import { parseIndex } from "../../oci/parse.ts";
import { blobParts, bytesOf, type Content, type ExportNames, namedRoot, type Part } from "./parts.ts";

/**
 * Add an image to an OCI layout that is there. Blobs that it has already stay; index.json, written last, takes the tag from the image that had it.
 * Returns the bytes written. Errors: "image.not-exported" where the directory is no layout.
 */
export async function addToLayout(
  content: Content,
  directory: string,
  options: Cancel & { readonly names: ExportNames },
): Promise<number> {
  if (!existsSync(join(directory, "oci-layout"))) {
    throw new OcilabError("image.not-exported", {
      doing: `write the image to ${quote(directory)}`,
      got: "the directory holds something that is no OCI layout",
      hint: "name a directory that is new, empty, or an OCI layout",
    });
  }
  sweepTemporary(directory);
  await using place = temporaryDirectory(directory);
  let bytes = 0;
  for (const part of blobParts(content)) {
    if (existsSync(join(directory, part.path))) continue;
    bytes += part.size;
    await putWhole(part, { ...options, draft: join(place.path, "blob"), path: join(directory, part.path) });
  }
  const index = withRoot(join(directory, "index.json"), content, options.names);
  const text = Buffer.from(JSON.stringify(index));
  const part: Part = { path: "index.json", size: text.length, bytes: text };
  await putWhole(part, { ...options, draft: join(place.path, "index"), path: join(directory, "index.json") });
  return bytes + text.length;
}

function withRoot(path: string, content: Content, names: ExportNames) {
  const before = existsSync(path) ? parseIndex(readFileSync(path, "utf8"), { name: quote(path) }) : undefined;
  const added = namedRoot(content, names);
  const key = "org.opencontainers.image.ref.name";
  const others = (before?.manifests ?? []).filter(({ annotations }) => annotations?.[key] !== names.tag);
  return { schemaVersion: 2 as const, ...before, manifests: [...others, added] };
}

type Place = Cancel & { readonly draft: string; readonly path: string };

async function putWhole(part: Part, { draft, path, signal }: Place): Promise<void> {
  const fd = openSync(draft, "w", 0o644);
  try {
    for await (const chunk of bytesOf(part, { signal }))
      for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  makeDirectory(dirname(path), { mode: 0o755 });
  renameSync(draft, path);
}
