import type { Cancel } from "../../../base/brand.ts";
import { OcilabError } from "../../../base/errors.ts";
import { quote } from "../../../base/text.ts";
import type { ImageExecution, Platform } from "../../../oci/image.ts";
import type { ImageSource } from "../../image.ts";
import { type RootfsFacts, rootfsSource } from "../rootfs/source.ts";
import { spool } from "../spool.ts";
import { brokenConnection, connectDaemon, type Daemon } from "./connect.ts";
import { notInDaemon } from "./names.ts";

/**
 * The root filesystem of a container of a Docker daemon, running or not, as an image of one layer: what `docker export` writes (GET
 * /containers/ID/export), below `images`, whole or not at all, removed on disposal. Its configuration is what the container runs, of Config in
 * GET /containers/ID/json. Errors as of `openDaemonImage`.
 */
export async function openDaemonContainer(
  name: string,
  options: Cancel & { readonly images: string },
): Promise<ImageSource> {
  const what = `docker-container:${name}`;
  const doing = `open the image ${quote(what)}`;
  const daemon = await connectDaemon({ ...options, doing });
  const found = await daemon.json(`/containers/${name}/json`, options);
  if (found === undefined) throw await notInDaemon("container", name, { daemon, ...options });
  const facts = await factsOf(found, daemon, options);
  const body = await daemon.stream(`/containers/${name}/export`, options);
  try {
    const ended = withEnd(body, doing);
    return rootfsSource(await spool(ended, { ...options, temporary: options.images, what }), facts);
  } catch (error) {
    throw brokenConnection(error, doing, options);
  }
}

/** Members of a container's Config that mean the same in an image's configuration (image-spec config.md#properties). */
const members = [
  ...["User", "Env", "Entrypoint", "Cmd", "WorkingDir", "Labels", "StopSignal"],
  ...["ExposedPorts", "Volumes"],
] as const;

async function factsOf(found: unknown, daemon: Daemon, options: Cancel): Promise<RootfsFacts> {
  const container = recordOf(found);
  const config = recordOf(container["Config"]);
  const given = members.filter(
    (name) => config[name] !== undefined && config[name] !== null && config[name] !== "",
  );
  const created = container["Created"];
  const image = container["Image"];
  return {
    // The schema of image configurations judges it when the image is opened.
    execution: Object.fromEntries(given.map((name) => [name, config[name]])) as ImageExecution,
    ...(typeof created === "string" ? { created } : {}),
    platform: await platformOf(typeof image === "string" ? image : "", daemon, options),
  };
}

/** The platform of the container's image, where the daemon still has it; else the daemon's own. */
async function platformOf(image: string, daemon: Daemon, options: Cancel): Promise<Platform> {
  const known = /^(?:sha256:)?[0-9a-f]{64}$/.test(image);
  const { Os, Architecture, Variant } = recordOf(
    known ? await daemon.json(`/images/${image}/json`, options) : {},
  );
  const { os, architecture } = daemon.version;
  const text = (value: unknown, otherwise: string) =>
    typeof value === "string" && value !== "" ? value : otherwise;
  const variant = text(Variant, "");
  return {
    os: text(Os, os),
    architecture: text(Architecture, architecture),
    ...(variant === "" ? {} : { variant }),
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/**
 * Passes an archive on, and fails when it has no end: a daemon that stops in the middle of an export has said 200 already. Every tar ends with
 * two blocks of zeros (POSIX.1-2017 pax).
 */
async function* withEnd(source: AsyncIterable<Buffer>, doing: string): AsyncGenerator<Buffer> {
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    tail = chunk.length >= 1024 ? chunk.subarray(-1024) : Buffer.concat([tail, chunk]).subarray(-1024);
    tail = Buffer.from(tail);
    yield chunk;
  }
  if (tail.length === 1024 && tail.every((byte) => byte === 0)) return;
  throw new OcilabError("image.daemon-broken", {
    doing,
    got: `the export stops in the middle: it ends with ${quote(tail.subarray(-60).toString("latin1"))}`,
  });
}
