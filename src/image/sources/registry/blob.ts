import { Readable } from "node:stream";
import { OcilabError } from "../../../base/errors.ts";
import { log } from "../../../base/log.ts";
import { quote } from "../../../base/text.ts";
import type { Descriptor } from "../../../oci/image.ts";
import type { Answer } from "./ask.ts";
import { chunksOf } from "./body.ts";
import type { Client } from "./client.ts";
import { answerError, connectionError } from "./failure.ts";
import { lastly, Passing, type Patience, pauseAfter } from "./passing.ts";

export type Download = {
  readonly target: Descriptor;
  /** Servers to try, the registry itself last. */
  readonly clients: readonly Client[];
  readonly patience: Patience;
  readonly offset: number;
  readonly signal: AbortSignal | undefined;
  /** Called with each piece that arrives: how many bytes of the blob are there now. */
  readonly onProgress: ((received: number) => void) | undefined;
};

/** However often a server cuts the connection after a few bytes, there is an end. */
const mostTries = 1000;

/**
 * The bytes of a blob from `offset` to its end, exactly as many as its descriptor says (distribution-spec 1.1, pulling blobs). A connection that
 * breaks, goes quiet or ends early is taken up where it was by a Range request, on the next server where one gives up; a server that ignores Range is read from
 * the start again and what is known already skipped. The first answer is there when this returns. The digest is the reader's to verify.
 * Errors: "image.blob-missing" (404), "image.wrong-size", and those of the client.
 */
export async function downloadBlob(download: Download): Promise<Readable> {
  const { target, offset } = download;
  if (offset >= target.size) return Readable.from([]);
  const leaving = new AbortController();
  const signal = AbortSignal.any([
    leaving.signal,
    ...(download.signal === undefined ? [] : [download.signal]),
  ]);
  const run = { ...download, signal };
  const line: Line = { position: offset, server: 0, failures: 0, tries: 0, begun: false };
  const first = await connected(line, run);
  const stream = Readable.from(piecesOf(first, line, run), { objectMode: false, highWaterMark: 1 << 20 });
  stream.once("close", () => leaving.abort(new Error("the reader has left")));
  return stream;
}

/** How far a download is. `begun`: bytes came from this server. */
type Line = { position: number; server: number; failures: number; tries: number; begun: boolean };

async function* piecesOf(first: Answer, line: Line, run: Download): AsyncGenerator<Buffer, void, undefined> {
  const { target, onProgress, signal } = run;
  let answer = first;
  for (;;) {
    try {
      for await (const piece of bodyOf(answer, line, run)) {
        line.position += piece.length;
        line.failures = 0;
        line.begun = true;
        onProgress?.(line.position);
        yield piece;
        if (line.position >= target.size) return;
      }
      throw cutShort(answer, line, run);
    } catch (thrown) {
      signal?.throwIfAborted();
      await overcome(connectionFailure(thrown, answer, run), line, run);
    }
    answer = await connected(line, run);
  }
}

/** An answer that begins at the line's position or before it. */
async function connected(line: Line, run: Download): Promise<Answer> {
  for (;;) {
    try {
      return await requested(line, run);
    } catch (thrown) {
      run.signal?.throwIfAborted();
      await overcome(thrown, line, run);
    }
  }
}

/** Wait, or go to the next server; throws when neither helps. */
async function overcome(thrown: unknown, line: Line, run: Download): Promise<void> {
  line.failures++;
  line.tries++;
  try {
    const failure = line.begun ? passingNow(thrown) : thrown;
    if (!(failure instanceof Passing) || line.tries > mostTries) throw lastly(thrown);
    await pauseAfter(failure, { ...run, failures: line.failures });
  } catch (error) {
    run.signal?.throwIfAborted();
    if (line.server + 1 >= run.clients.length || !(error instanceof OcilabError)) throw error;
    log.info("a mirror fails, the next server is asked", { blob: run.target.digest, error: error.message });
    line.server++;
    line.failures = 0;
    line.begun = false;
  }
}

/** A server that has sent something and is not there now is being started again, or the network is. */
function passingNow(thrown: unknown): unknown {
  const gone = thrown instanceof OcilabError && thrown.code === "registry.unreachable";
  return gone ? new Passing(thrown) : thrown;
}

async function requested({ position, server }: Line, run: Download): Promise<Answer> {
  const { target, signal } = run;
  const client = clientAt(server, run);
  const doing = doingOf(run);
  const range = position === 0 ? {} : { range: `bytes=${position}-` };
  // Content is named by its digest as it is: nobody on the way shall compress it.
  const headers = { "accept-encoding": "identity", ...range };
  const answer = await client.send(`blobs/${target.digest}`, { method: "GET", headers, doing, signal });
  if (answer.status === 200 || answer.status === 206) {
    checkSpan(answer, position, run);
    return answer;
  }
  if (answer.status === 416)
    throw wrongSize(run, `${quote(answer.url.host)} says that it ends before byte ${position} (416)`);
  const error = await answerError(answer, { doing, name: client.name, signal });
  throw error instanceof OcilabError && answer.status === 404 ? missing(error, target) : error;
}

function clientAt(server: number, { clients, target }: Download): Client {
  const client = clients[server];
  if (client === undefined) throw new RangeError(`no server ${server} for ${target.digest}`);
  return client;
}

/** Where the answer begins and how long it is, compared with what is promised. */
function checkSpan(answer: Answer, position: number, run: Download): void {
  const { size } = run.target;
  const host = quote(answer.url.host);
  const begin = beginOf(answer);
  const length = answer.headers["content-length"];
  const refuse = (error: OcilabError): never => {
    answer.body.destroy();
    throw error;
  };
  if (begin !== (answer.status === 206 ? position : 0)) {
    const got = `${host} was asked for the bytes from ${position} on and sends ${quote(answer.headers["content-range"] ?? "no Content-Range")}`;
    refuse(new OcilabError("registry.bad-answer", { doing: doingOf(run), got }));
  }
  if (length !== undefined && Number(length) !== size - begin)
    refuse(wrongSize(run, `its descriptor says ${size} bytes, ${host} has ${Number(length) + begin}`));
}

/** First byte of an answer; NaN where a part does not say which it is. */
function beginOf({ status, headers }: Answer): number {
  if (status === 200) return 0;
  return Number(/^bytes (\d+)-\d+\/(?:\d+|\*)$/.exec(headers["content-range"] ?? "")?.[1] ?? Number.NaN);
}

/** The pieces from the line's position on; an answer that begins earlier is skipped so far. Error "image.wrong-size" for more than promised. */
async function* bodyOf(answer: Answer, line: Line, run: Download): AsyncGenerator<Buffer, void, undefined> {
  const { silence, notices } = clientAt(line.server, run);
  let skip = line.position - beginOf(answer);
  for await (const chunk of chunksOf(answer, { silence, notices, doing: doingOf(run), signal: run.signal })) {
    const piece = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - piece.length;
    if (line.position + piece.length > run.target.size)
      throw wrongSize(
        run,
        `${quote(answer.url.host)} sends more than the ${run.target.size} bytes of its descriptor`,
      );
    if (piece.length > 0) yield piece;
  }
}

function cutShort(answer: Answer, { position }: Line, run: Download): Passing {
  const got = `${quote(answer.url.host)} ended the connection after ${position} of ${run.target.size} bytes`;
  return new Passing(new OcilabError("registry.unreachable", { doing: doingOf(run), got }));
}

/** A body that breaks off is a connection that was cut, whatever Node calls it. */
function connectionFailure(thrown: unknown, { url }: Answer, run: Download): unknown {
  if (thrown instanceof Passing || thrown instanceof OcilabError || !(thrown instanceof Error)) return thrown;
  return connectionError(thrown, { url, doing: doingOf(run) });
}

function doingOf({ target }: Download): string {
  return `download the blob ${target.digest}`;
}

/** A layer that must not be pushed anywhere is only pointed to (image-spec descriptor.md, `urls`). */
function missing({ doing, got, facts }: OcilabError, { urls = [] }: Descriptor): OcilabError {
  const [url] = urls;
  if (url === undefined) return new OcilabError("image.blob-missing", { doing, got, facts });
  const pointed = `${got}; the manifest points to ${quote(url)}`;
  return new OcilabError("image.foreign-layer", { doing, got: pointed, facts });
}

function wrongSize(run: Download, got: string): OcilabError {
  return new OcilabError("image.wrong-size", {
    doing: doingOf(run),
    got,
    facts: { digest: run.target.digest },
  });
}
