import { createReadStream } from "node:fs";
import { addAbortSignal, Readable } from "node:stream";
import { isatty } from "node:tty";
import type { Cancel } from "../../../base/brand.ts";
import { OcilabError } from "../../../base/errors.ts";
import { quote } from "../../../base/text.ts";
import type { ImageSource } from "../../image.ts";
import { magicLength } from "../../layer/compression.ts";
import { openArchive } from "../archive.ts";
import { archiveKind } from "../archive-kind.ts";
import { readAt, signalOf, statOf } from "../file-tree.ts";
import { unpackError, unpackingOf } from "../packing.ts";
import { digested, type Spooled, spool } from "../spool.ts";
import { walkTar } from "../tar-members.ts";
import { rootfsSource } from "./source.ts";

type Options = Cancel & { readonly images: string };

/**
 * A tar archive of a root filesystem (`docker export`, debootstrap, mmdebstrap) as an image of one layer and no configuration; "-" is standard
 * input. A plain file is read where it lies; one that is compressed (gzip, zstd, xz, bzip2, lz4) and a pipe are written out below `images`, and
 * removed on disposal. Errors: "image.bad-archive", "image.archive-too-large", "image.unrecognised" for an archive of an image.
 */
export async function openTarRootfs(path: string, options: Options): Promise<ImageSource> {
  const layer = await spoolTar(path, options);
  try {
    await refuseImage(layer.span.path, path, options);
    return rootfsSource(layer);
  } catch (error) {
    await layer[Symbol.asyncDispose]();
    throw error;
  }
}

async function spoolTar(path: string, options: Options): Promise<Spooled> {
  const regular = path !== "-" && statOf(path)?.isFile() === true;
  if (regular && unpackingOf(await readAt(path, 0, magicLength), path) === undefined) {
    return await digested(path, options);
  }
  const { head, whole } = await peek(
    path === "-" ? standardInput(options) : createReadStream(path, signalOf(options)),
  );
  const source = unpackingOf(head, path)?.(Readable.from(whole)) ?? whole;
  try {
    return await spool(source, { ...options, temporary: options.images, what: path });
  } catch (error) {
    throw unpackError(error, path);
  }
}

function standardInput({ signal }: Cancel): Readable {
  if (isatty(0)) {
    throw new OcilabError("image.bad-archive", {
      doing: "read a root filesystem from standard input",
      got: "it is a terminal",
      hint: "pipe an archive into it: docker export NAME | ocilab bundle rootfs-tar:- DIR",
    });
  }
  return signal === undefined ? process.stdin : addAbortSignal(signal, process.stdin);
}

/** The first bytes of a stream, and all of it. */
async function peek(
  source: Readable,
): Promise<{ readonly head: Buffer; readonly whole: AsyncIterable<Buffer> }> {
  const chunks = (source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    head = Buffer.concat([head, next.value]);
    if (head.length >= magicLength) break;
  }
  const whole = async function* (): AsyncGenerator<Buffer> {
    try {
      yield head;
      yield* { [Symbol.asyncIterator]: () => chunks };
    } finally {
      source.destroy();
    }
  };
  return { head, whole: whole() };
}

/** How archives of images begin: docker's, skopeo's and those of OCI layouts. */
const beginnings =
  /^(?:\.\/)?(?:blobs\/|oci-layout$|index\.json$|manifest\.json$|repositories$|(?:sha256:)?[0-9a-f]{64}(?:\/|\.json$|\.tar|$))/;

/** Errors: "image.unrecognised" for an archive of an image, whose members would make a strange root filesystem. */
async function refuseImage(file: string, path: string, { signal, images }: Options): Promise<void> {
  const read = (offset: number, length: number) => readAt(file, offset, length);
  for await (const { name } of walkTar(read, path)) {
    if (/^(?:\.?\/)*\.?$/.test(name)) continue;
    if (!beginnings.test(name)) return;
    break;
  }
  await using files = await openArchive(file, { signal, temporary: images });
  const kind = archiveKind((name) => files.locate(name) !== undefined);
  if (kind === undefined) return;
  throw new OcilabError("image.unrecognised", {
    doing: `open the root filesystem ${quote(path)}`,
    got: "it is an archive of an image, not of a root filesystem",
    hint: `write ${kind}:${path === "-" ? "FILE" : path}`,
  });
}
