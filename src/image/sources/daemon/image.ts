import type { Cancel } from "../../../base/brand.ts";
import { OcilabError } from "../../../base/errors.ts";
import { sweepTemporary, temporaryDirectory } from "../../../base/temporary.ts";
import { quote } from "../../../base/text.ts";
import type { ImageSource } from "../../image.ts";
import { type ArchiveTree, openArchive } from "../archive.ts";
import { archiveKind } from "../archive-kind.ts";
import { dockerArchiveSource } from "../docker-archive.ts";
import { layoutSource } from "../layout.ts";
import { writeOut } from "../spool.ts";
import { brokenConnection, connectDaemon, type Daemon } from "./connect.ts";
import { notInDaemon } from "./names.ts";

type Options = Cancel & { readonly images: string };

/**
 * An image of a Docker daemon, or of podman's, by a name or id that the daemon knows: what it saves (GET /images/ID/get) is written out below
 * `images`, whole or not at all, and removed on disposal. The name is resolved by the daemon, and the image is then fetched by its id, so that it is
 * the one the daemon runs. Errors: those of `connectDaemon`, "image.not-in-daemon", "image.daemon-refused", "image.daemon-broken", those of archives.
 */
export async function openDaemonImage(name: string, options: Options): Promise<ImageSource> {
  const doing = `open the image ${quote(`docker-daemon:${name}`)}`;
  const daemon = await connectDaemon({ ...options, doing });
  const id = await idOf(name, { daemon, ...options });
  const files = await saved(id, { daemon, name, doing, ...options });
  const kind = archiveKind((member) => files.locate(member) !== undefined);
  if (kind === "oci-archive") return layoutSource(files);
  if (kind === "docker-archive") return dockerArchiveSource(files);
  await files[Symbol.asyncDispose]();
  throw new OcilabError("image.daemon-broken", {
    doing,
    got: "what the daemon saved is no archive of an image",
  });
}

async function idOf(name: string, options: Cancel & { readonly daemon: Daemon }): Promise<string> {
  const found = await options.daemon.json(`/images/${name}/json`, options);
  const id = (found as { readonly Id?: unknown } | undefined)?.Id;
  if (found === undefined) throw await notInDaemon("image", name, options);
  // podman leaves the algorithm out.
  if (typeof id === "string" && /^(?:sha256:)?[0-9a-f]{64}$/.test(id)) return id;
  throw new OcilabError("image.daemon-broken", {
    doing: `find the image ${quote(name)} in the Docker daemon at ${options.daemon.at}`,
    got: `it gives no id of the image: ${quote(String(id), 80)}`,
  });
}

type Saving = Options & { readonly daemon: Daemon; readonly name: string; readonly doing: string };

/** What the daemon saves of an image, named as the user named it. */
async function saved(id: string, { daemon, name, doing, images, signal }: Saving): Promise<ArchiveTree> {
  sweepTemporary(images);
  const place = temporaryDirectory(images);
  const path = `docker-daemon:${name}`;
  try {
    const file = `${place.path}/saved.tar`;
    const body = await daemon.stream(`/images/${id}/get`, { signal });
    await writeOut(body, file, { what: path, signal });
    const files = await openArchive(file, { temporary: images, signal });
    return {
      ...files,
      path,
      place: (member) => `${quote(member)} in ${quote(path)}`,
      async [Symbol.asyncDispose]() {
        await files[Symbol.asyncDispose]();
        await place[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw brokenConnection(error, doing, { signal });
  }
}
