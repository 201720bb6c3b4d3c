import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Writable } from "node:stream";
import type { Cancel } from "../../base/brand.ts";
import { makeDirectory } from "../../base/directory.ts";
import { errnoOf, OcilabError } from "../../base/errors.ts";
import { sweepTemporary, temporaryDirectory } from "../../base/temporary.ts";
import { quote } from "../../base/text.ts";
import type { ImageManifest } from "../../oci/image.ts";
import { entryHeader, type PaxEntry, paddingOf } from "../sources/rootfs/pax.ts";
import { nameFor } from "../store/naming.ts";
import { addToLayout } from "./layout.ts";
import {
  blobParts,
  bytesOf,
  type Content,
  dockerParts,
  type ExportNames,
  layoutParts,
  type Part,
} from "./parts.ts";
import type { ExportTarget } from "./target.ts";

/**
 * Write an image, or a whole index, where the target says: an OCI layout (one that is there gets it in addition), an OCI archive, or an archive that docker, podman and
 * skopeo load, which is an OCI archive as well. The blobs are copied as they are, verified on the way; the same image under the same name gives the same
 * bytes. All or nothing: a file has its name when it is whole and on the disk. Returns the bytes written. Errors: "image.not-exported", "image.wrong-digest",
 * "usage.bad-argument" for a docker archive of several platforms.
 */
export async function exportContent(
  content: Content,
  target: ExportTarget,
  options: ExportOptions,
): Promise<Exported> {
  const names = namesFor(content, target);
  const docker = target.kind === "docker-archive" ? dockerParts(onlyImage(content), names) : [];
  try {
    if (target.kind === "oci")
      return { bytes: await writeLayout(content, target.path, { ...options, names }), names };
    const parts = [...layoutParts(content, names), ...docker, ...blobParts(content)];
    const write = target.path === "-" ? toStream(options.stdout) : undefined;
    const bytes =
      write === undefined
        ? await writeFile(parts, target.path, options)
        : await writeArchive(parts, write, options);
    return { bytes, names };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw notExported(error, target.path);
  }
}

type ExportOptions = Cancel & { readonly stdout: Writable };
type Exported = { readonly bytes: number; readonly names: ExportNames };

/** The name that the user gave, else the image's own; a layout or OCI archive takes the tag alone. */
function namesFor({ reference }: Content, { kind, name }: ExportTarget): ExportNames {
  const own = nameFor(reference).replace(/@.*$/, "");
  const tagOf = (full: string): string | undefined => /:([^:/]+)$/.exec(full)?.[1];
  if (kind === "docker-archive") {
    const full = name ?? own;
    return { name: tagOf(full) === undefined ? undefined : full, tag: tagOf(full) };
  }
  return name === undefined ? { name: own, tag: tagOf(own) ?? "latest" } : { name: undefined, tag: name };
}

function onlyImage({ manifest }: Content): ImageManifest {
  if (manifest !== undefined) return manifest;
  throw new OcilabError("usage.bad-argument", {
    doing: "export all platforms",
    got: "a docker archive holds images of one platform",
    hint: "write oci:DIR or oci-archive:FILE, or leave out --all-platforms",
  });
}

type Write = (bytes: Buffer) => Promise<void> | void;

async function writeLayout(
  content: Content,
  path: string,
  options: Cancel & { readonly names: ExportNames },
): Promise<number> {
  const directory = resolve(path);
  if (existsSync(directory) && readdirSync(directory).length > 0)
    return await addToLayout(content, directory, options);
  const parent = dirname(directory);
  makeDirectory(parent);
  sweepTemporary(parent);
  await using place = temporaryDirectory(parent);
  const draft = join(place.path, "layout");
  let bytes = 0;
  for (const part of [...layoutParts(content, options.names), ...blobParts(content)]) {
    const file = join(draft, part.path);
    makeDirectory(dirname(file), { mode: 0o755 });
    bytes += await writeWhole(file, async (write) => await copy(part, write, options));
  }
  renameSync(draft, directory);
  return bytes;
}

async function writeFile(parts: readonly Part[], path: string, options: Cancel): Promise<number> {
  const file = resolve(path);
  // Directories that are missing are a mistake in the path, not a wish.
  statSync(dirname(file));
  sweepTemporary(dirname(file));
  await using place = temporaryDirectory(dirname(file));
  const draft = join(place.path, basename(file));
  const bytes = await writeWhole(draft, async (write) => await writeArchive(parts, write, options));
  renameSync(draft, file);
  return bytes;
}

/** Write a new file that is on the disk when this returns. */
async function writeWhole(path: string, fill: (write: Write) => Promise<number>): Promise<number> {
  const fd = openSync(path, "wx", 0o644);
  try {
    const bytes = await fill((chunk) => {
      for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
    });
    fsyncSync(fd);
    return bytes;
  } finally {
    closeSync(fd);
  }
}

/** A tar of the parts, with the directories that they are in, everything of root's and of 1970. */
async function writeArchive(parts: readonly Part[], write: Write, options: Cancel): Promise<number> {
  let bytes = 0;
  const put = async (chunk: Buffer): Promise<void> => {
    bytes += chunk.length;
    await write(chunk);
  };
  const common = { uid: 0, gid: 0, mtime: 0n, attributes: [] } as const;
  const seen = new Set<string>();
  for (const { path, size, ...part } of parts) {
    for (const directory of directoriesOf(path)) {
      if (seen.has(directory)) continue;
      seen.add(directory);
      await put(entryHeader({ ...common, name: `${directory}/`, mode: 0o755, type: "directory" }));
    }
    const entry: PaxEntry = { ...common, name: path, mode: 0o644, type: "file", size };
    await put(entryHeader(entry));
    await copy({ path, size, ...part } as Part, put, options);
    await put(Buffer.alloc(paddingOf(entry)));
  }
  await put(Buffer.alloc(1024));
  return bytes;
}

function directoriesOf(path: string): readonly string[] {
  const names = path.split("/").slice(0, -1);
  return names.map((_, at) => names.slice(0, at + 1).join("/"));
}

async function copy(part: Part, write: Write, options: Cancel): Promise<number> {
  let bytes = 0;
  for await (const chunk of bytesOf(part, options)) {
    options.signal?.throwIfAborted();
    bytes += chunk.length;
    await write(chunk);
  }
  return bytes;
}

/** Waits where the reader is slower, and fails when it has gone. */
function toStream(stream: Writable): Write {
  return (bytes) =>
    new Promise((resolve, reject) => {
      stream.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
}

function notExported(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || error instanceof OcilabError) return error;
  return new OcilabError("image.not-exported", {
    doing: `write the image to ${quote(path)}`,
    got: errno === "ENOENT" ? "there is no such directory (ENOENT)" : `the kernel answered ${errno}`,
    facts: { path, errno },
    cause: error,
  });
}
