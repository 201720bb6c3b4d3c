import { Readable } from "node:stream";
import type { Cancel } from "../../../base/brand.ts";
import { OcilabError } from "../../../base/errors.ts";
import { log } from "../../../base/log.ts";
import { quote } from "../../../base/text.ts";
import type { Descriptor, Platform } from "../../../oci/image.ts";
import { documentKind } from "../../../oci/media-types.ts";
import { formatRegistryName, type RegistryReference } from "../../../oci/registry-name.ts";
import { readDocument } from "../../blobs/read.ts";
import type { ImageSource } from "../../image.ts";
import { manifestFor } from "../index-walk.ts";
import { openConnections } from "./ask.ts";
import { downloadBlob } from "./blob.ts";
import { type Client, openClient } from "./client.ts";
import { type Credentials, findCredentials, parseCredentials } from "./credentials.ts";
import { describeManifest, getManifest, type Stored } from "./manifests.ts";
import { lastly, type Notices, patiently, usualPatience } from "./passing.ts";
import { type Place, placesOf } from "./places.ts";
import type { RegistryOptions } from "./settings.ts";
import { usualTimeouts } from "./timeouts.ts";
import { tlsSettings } from "./tls.ts";

/**
 * One image of a registry. `fetch` begins at `offset` and mends broken connections on the way; the digest is the reader's to verify.
 */
export type RegistrySource = ImageSource & {
  /**
   * The manifest or index that the reference names, by a HEAD request: nothing is downloaded, and Docker Hub does not count it. Errors
   * "registry.not-found" (with tags that are there) and the others of the family.
   */
  describe(options?: Cancel): Promise<Descriptor>;
};

/**
 * One image of a registry (distribution-spec 1.1, pull): manifests and blobs by digest, mirrors first, with retries. Credentials are looked for
 * when a registry asks for some. Nothing is asked before the first call; disposing closes the connections.
 * Errors: "registry.bad-settings" at once; else those of the methods.
 */
export function registrySource(reference: RegistryReference, options: RegistryOptions): RegistrySource {
  const notices = options.onNotice && { after: options.noticeAfter ?? usualNotice, tell: options.onNotice };
  const patience = { ...(options.patience ?? usualPatience), notices };
  const doing = `read the image ${quote(formatRegistryName(reference))}`;
  const { clients, connections } = clientsOf(reference, { ...options, doing, notices });
  const kept = new Map<string, Stored>();
  const keep = (stored: Stored): Stored => {
    kept.set(stored.descriptor.digest, stored);
    return stored;
  };
  const describe = async (cancel: Cancel = {}): Promise<Descriptor> => {
    const found = await anywhere(clients, cancel, (client) =>
      patiently(() => describeManifest(client, reference, { doing, ...cancel }), { patience, ...cancel }),
    );
    return "bytes" in found ? keep(found).descriptor : found.descriptor;
  };
  const document = async (target: Descriptor, cancel: Cancel): Promise<Readable> => {
    const known =
      kept.get(target.digest) ??
      keep(
        await anywhere(clients, cancel, (client) =>
          patiently(() => getManifest(client, target, cancel), { patience, ...cancel }),
        ),
      );
    return Readable.from([known.bytes]);
  };
  const fetch: RegistrySource["fetch"] = async (target, { signal, offset = 0 } = {}) => {
    signal?.throwIfAborted();
    const kind = documentKind(target.mediaType);
    if (kind === "manifest" || kind === "index" || kept.has(target.digest))
      return await document(target, { signal });
    const onProgress = (received: number): void => options.onProgress?.({ target, received });
    return await downloadBlob({ target, clients, patience, offset, signal, onProgress });
  };
  return {
    describe,
    fetch,
    resumes: true,
    root: (_reference, cancel) => describe(cancel),
    async resolve(_reference, platform: Platform, cancel = {}) {
      const root = await describe(cancel);
      const read = (target: Descriptor, what: string) => readDocument({ fetch }, target, { ...cancel, what });
      return await manifestFor([root], platform, { read, doing });
    },
    [Symbol.asyncDispose]: async () => connections[Symbol.dispose](),
  };
}

type Wanted = RegistryOptions & { readonly doing: string; readonly notices: Notices | undefined };

function clientsOf(reference: RegistryReference, options: Wanted) {
  const { notices, env, home, certDirectory, creds, doing, mirrors = [], insecure = false } = options;
  const places = placesOf(reference.host, { insecure, mirrors, home });
  const given = creds === undefined ? undefined : parseCredentials(creds, env);
  const lax = (host: string): boolean =>
    insecure || places.some((place) => place.insecure && hostsOf(place).includes(host));
  const connections = openConnections({
    env,
    notices,
    timeouts: options.timeouts ?? usualTimeouts,
    tlsOf: (host) => tlsSettings(host, { directory: certDirectory, insecure: lax(host), env }),
  });
  const { repository } = reference;
  const clients = places.map((place) => {
    const credentials = async ({ signal }: Cancel): Promise<Credentials | undefined> =>
      !place.mirror && given !== undefined
        ? given
        : await findCredentials(
            { host: place.host, repository: `${place.prefix}${repository}` },
            { env, signal },
          );
    return openClient(place, { repository, connections, credentials, doing });
  });
  return { clients, connections };
}

/** Milliseconds of silence until it is told whom we wait for. */
const usualNotice = 5000;

function hostsOf({ host, origins }: Place): readonly string[] {
  return [host, ...origins.map((origin) => origin.host)];
}

/** What the first server that can gives; where none can, the registry's own error, and what its mirrors said. */
async function anywhere<T>(
  clients: readonly Client[],
  { signal }: Cancel,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const failed: FailedMirror[] = [];
  for (const client of clients) {
    try {
      return await work(client);
    } catch (thrown) {
      signal?.throwIfAborted();
      const error = lastly(thrown);
      if (!(error instanceof OcilabError)) throw error;
      if (!client.place.mirror) throw withMirrors(error, failed);
      log.info("a mirror fails, the next server is asked", {
        mirror: client.place.host,
        error: error.message,
      });
      failed.push({ mirror: client.place.host, error: error.message, got: error.got });
    }
  }
  throw new RangeError("the registry itself is always the last place");
}

type FailedMirror = { readonly mirror: string; readonly error: string; readonly got: string };

function withMirrors(error: OcilabError, failed: readonly FailedMirror[]): OcilabError {
  if (failed.length === 0) return error;
  const { code, doing, hint, facts, cause } = error;
  const got = [error.got, ...failed.map(({ got }) => `before that its mirror ${got}`)].join("; ");
  const mirrors = failed.map(({ mirror, error }) => ({ mirror, error }));
  return new OcilabError(code, { doing, got, hint, facts: { ...facts, mirrors }, cause });
}
