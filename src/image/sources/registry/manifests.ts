import { createHash } from "node:crypto";
import type { Cancel } from "../../../base/brand.ts";
import { OcilabError } from "../../../base/errors.ts";
import { nearest, printable, quote } from "../../../base/text.ts";
import { algorithmOf, isDigest, parseDigest } from "../../../oci/digest.ts";
import type { Descriptor, Digest } from "../../../oci/image.ts";
import { documentKind, mediaTypes } from "../../../oci/media-types.ts";
import type { RegistryReference } from "../../../oci/registry-name.ts";
import { mostDocumentBytes } from "../../blobs/read.ts";
import type { Answer } from "./ask.ts";
import { bytesOf, textOf } from "./body.ts";
import type { Client } from "./client.ts";
import { answerError, connectionError } from "./failure.ts";

/** A manifest or index with its bytes, which have the descriptor's digest. */
export type Stored = { readonly descriptor: Descriptor; readonly bytes: Buffer };

/** What we can read, the newest first; a registry that has a manifest in another form converts or refuses it. */
const accept = [
  mediaTypes.index,
  mediaTypes.manifest,
  mediaTypes.dockerIndex,
  mediaTypes.dockerManifest,
].join(", ");

/** Told apart from what is no manifest at all, so that the message can say that it is too old. */
const schema1 = "application/vnd.docker.distribution.manifest.v1+";

type Doing = Cancel & { readonly doing: string };

/**
 * What a tag or digest names: by HEAD where the registry tells digest, type and size so (distribution-spec 1.1, checking if content exists),
 * else by GET, and then with the bytes. Errors: "registry.not-found" with tags that are there, "registry.bad-answer", those of the client.
 */
export async function describeManifest(
  client: Client,
  reference: RegistryReference,
  options: Doing,
): Promise<Stored | { readonly descriptor: Descriptor }> {
  const { doing, signal } = options;
  const name = reference.digest ?? reference.tag ?? "latest";
  const answer = await client.send(`manifests/${name}`, {
    method: "HEAD",
    headers: { accept },
    doing,
    signal,
  });
  answer.body.resume();
  if (answer.status === 429 || (answer.status >= 500 && answer.status !== 501))
    throw await answerError(answer, { doing, name: client.name, signal });
  const descriptor = answer.status === 200 ? described(answer, reference.digest) : undefined;
  if (descriptor !== undefined) return { descriptor };
  // The answer to HEAD has no words in it, and some registries do not know HEAD.
  return await gotManifest(client, { name, expected: reference.digest, reference, ...options });
}

/** The manifest or index of a digest. Errors: "image.blob-missing", "image.wrong-digest", and those of the client. */
export async function getManifest(client: Client, target: Descriptor, cancel: Cancel): Promise<Stored> {
  const doing = `download the manifest ${target.digest}`;
  const { bytes } = await gotManifest(client, {
    name: target.digest,
    expected: target.digest,
    doing,
    ...cancel,
  });
  return { descriptor: target, bytes };
}

function described(answer: Answer, expected: Digest | undefined): Descriptor | undefined {
  const { "docker-content-digest": given, "content-type": type, "content-length": length } = answer.headers;
  const digest = expected ?? (typeof given === "string" && isDigest(given) ? given : undefined);
  const size = Number(length ?? Number.NaN);
  if (digest === undefined || type === undefined || !Number.isSafeInteger(size) || size <= 0)
    return undefined;
  // Some registries serve manifests as text/plain: then the document itself has to say what it is.
  if (documentKind(type) === undefined) return undefined;
  return { mediaType: bareType(type), digest, size };
}

function bareType(type: string): string {
  return (type.split(";", 1)[0] ?? "").trim();
}

type Wish = Doing & {
  readonly name: string;
  readonly expected: Digest | undefined;
  /** What the user asked for, where that is what is fetched. */
  readonly reference?: RegistryReference;
};

async function gotManifest(client: Client, wish: Wish): Promise<Stored> {
  const { name, doing, signal } = wish;
  const headers = { accept, "accept-encoding": "identity" };
  const answer = await client.send(`manifests/${name}`, { method: "GET", headers, doing, signal });
  if (answer.status !== 200) throw await refused(client, answer, wish);
  const bytes = await documentIn(client, answer, wish);
  const given = answer.headers["docker-content-digest"];
  const digest = digestOf(
    bytes,
    wish.expected ?? (typeof given === "string" && isDigest(given) ? given : undefined),
  );
  checkDigest({ digest, given, bytes, url: answer.url }, wish);
  const mediaType = typeIn(bytes) ?? bareType(answer.headers["content-type"] ?? "");
  if (documentKind(mediaType) === undefined && !mediaType.startsWith(schema1))
    throw noManifest(answer, bytes, doing);
  return { descriptor: { mediaType, digest, size: bytes.length }, bytes };
}

async function documentIn(client: Client, answer: Answer, { doing, signal }: Wish): Promise<Buffer> {
  const most = mostDocumentBytes + 1;
  const { silence, notices } = client;
  const bytes = await bytesOf(answer, { most, silence, notices, doing, signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error instanceof Error ? connectionError(error, { url: answer.url, doing }) : error;
  });
  if (bytes.length < most) return bytes;
  const got = `${quote(answer.url.host)} sends more than ${mostDocumentBytes} bytes`;
  throw new OcilabError("image.blob-too-large", { doing, got });
}

function digestOf(bytes: Buffer, like: Digest | undefined): Digest {
  const algorithm = like === undefined ? "sha256" : algorithmOf(like);
  return parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`);
}

type Checked = {
  readonly digest: Digest;
  readonly given: unknown;
  readonly bytes: Buffer;
  readonly url: URL;
};

/** The bytes are what was asked for by digest; by tag they are what the registry itself says they are. */
function checkDigest({ digest, given, bytes, url }: Checked, { expected, doing }: Wish): void {
  const right = expected ?? (typeof given === "string" && isDigest(given) ? given : digest);
  if (digest === right) return;
  const says = expected === undefined ? `${quote(url.host)} calls it ${right}` : `it should be ${right}`;
  const got = `its bytes have the digest ${digest}, and begin with ${quote(printable(bytes.toString("latin1", 0, 40)))}; ${says}`;
  throw new OcilabError("image.wrong-digest", { doing, got, facts: { expected: right, digest } });
}

function noManifest({ url, headers }: Answer, bytes: Buffer, doing: string): OcilabError {
  const type = quote(headers["content-type"] ?? "none");
  const begin = quote(printable(bytes.toString("latin1", 0, 60)));
  const got = `${quote(url.host)} sends no manifest: its content type is ${type}, it begins with ${begin}`;
  return new OcilabError("registry.bad-answer", { doing, got });
}

/** A document's own word for its type counts more than the header: some registries serve manifests as text/plain. */
function typeIn(bytes: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    const type =
      typeof value === "object" && value !== null && "mediaType" in value ? value.mediaType : undefined;
    return typeof type === "string" ? type : undefined;
  } catch {
    return undefined;
  }
}

async function refused(client: Client, answer: Answer, { doing, signal, reference }: Wish): Promise<Error> {
  const error = await answerError(answer, { doing, name: client.name, signal });
  if (!(error instanceof OcilabError) || answer.status !== 404) return error;
  const { got, facts } = error;
  if (reference === undefined) return new OcilabError("image.blob-missing", { doing, got, facts });
  const tags = await tagsOf(client, { doing, signal });
  const near = reference.tag === undefined ? undefined : nearest(reference.tag, tags);
  return new OcilabError("registry.not-found", {
    doing,
    got: tags.length === 0 ? got : `${got}; there ${listed(tags)}`,
    hint: tags.length === 0 ? unknownRepository : near && `did you mean the tag ${quote(near)}?`,
    facts: { ...facts, tags: tags.slice(0, 100) },
  });
}

const unknownRepository =
  "check the repository's name; a private one may need `docker login HOST` or --creds USER:PASS";

function listed(tags: readonly string[]): string {
  const most = 12;
  const more = tags.length > most ? ` and ${tags.length - most} more` : "";
  const shown = tags.slice(0, most).map((tag) => quote(tag, 128));
  return `${tags.length === 1 ? "is the tag" : "are the tags"} ${shown.join(", ")}${more}`;
}

/** The tags of the repository (distribution-spec 1.1, listing tags), or none where they cannot be had: they only help a message. */
async function tagsOf(client: Client, { doing, signal }: Doing): Promise<readonly string[]> {
  try {
    const answer = await client.send("tags/list?n=1000", { method: "GET", headers: {}, doing, signal });
    if (answer.status !== 200) {
      answer.body.destroy();
      return [];
    }
    const { tags } = JSON.parse(await textOf(answer, { most: 1 << 20, silence: 5000, signal })) as {
      tags?: unknown;
    };
    return Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string").sort() : [];
  } catch {
    signal?.throwIfAborted();
    return [];
  }
}
