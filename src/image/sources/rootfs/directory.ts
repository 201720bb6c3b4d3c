import { realpathSync } from "node:fs";
import { join } from "node:path";
import type { Cancel } from "../../../base/brand.ts";
import { log } from "../../../base/log.ts";
import type { ImageSource } from "../../image.ts";
import { spool } from "../spool.ts";
import { rootfsSource } from "./source.ts";
import { packTree } from "./tree.ts";

/**
 * A directory that is a root filesystem as an image of one layer and no configuration. It is read once, into an archive below `images` that is removed
 * on disposal, so that nothing that happens to the directory afterwards matters. What is left out (`packTree`) is logged as a warning.
 * Errors: "image.tree-changed", "image.archive-too-large", those of node:fs.
 */
export async function openDirectoryRootfs(
  path: string,
  options: Cancel & { readonly images: string },
): Promise<ImageSource> {
  const root = realpathSync(path);
  const own = ownFiles(root, options.images);
  const notes: Note[] = [];
  const archive = packTree(root === "/" ? "" : root, {
    leaveOut: (inside) => own !== undefined && inside.startsWith(own),
    note: (inside, why) => notes.push({ path: Buffer.from(inside, "latin1").toString("utf8"), why }),
  });
  const spooled = await spool(asynchronous(archive), { ...options, temporary: options.images, what: path });
  tell(notes, path);
  return rootfsSource(spooled);
}

type Note = { readonly path: string; readonly why: string };

/** Our own temporary directories, when they lie inside: the archive would hold itself. */
function ownFiles(root: string, images: string): string | undefined {
  const from = root === "/" ? "/" : `${root}/`;
  const own = join(images, ".ocilab-");
  return own.startsWith(from) ? own.slice(from.length) : undefined;
}

async function* asynchronous(archive: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* archive;
}

function tell(notes: readonly Note[], path: string): void {
  for (const why of new Set(notes.map((note) => note.why))) {
    const paths = notes.filter((note) => note.why === why).map((note) => note.path);
    const more = paths.length > 10 ? { more: paths.length - 10 } : {};
    log.warn(`left out of ${path}: what ${why}`, { paths: paths.slice(0, 10), ...more });
  }
}
