import type { PullEvent } from "../../image/store/pulling.ts";
import type { Descriptor } from "../../oci/image.ts";
import { cut, oneLine, pad } from "./terminal.ts";
import { bytes, count } from "./value.ts";

/** How far one blob has come. */
export type BlobState = {
  readonly target: Descriptor;
  readonly bytes: number;
  readonly says: "" | "waiting" | "there already" | "done";
};

/** The state of every blob after one more event, in the order in which the image lists them. Pure. */
export function withEvent(blobs: readonly BlobState[], event: PullEvent): readonly BlobState[] {
  if (event.kind === "resolved") return event.blobs.map((target) => ({ target, bytes: 0, says: "" }));
  const change = (blob: BlobState): BlobState => {
    switch (event.kind) {
      case "begun":
        return { ...blob, says: "" };
      case "bytes":
        return { ...blob, bytes: event.bytes, says: "" };
      case "waiting":
        return { ...blob, says: "waiting" };
      case "there":
        return { ...blob, bytes: blob.target.size, says: "there already" };
      case "fetched":
        return { ...blob, bytes: blob.target.size, says: "done" };
    }
  };
  return blobs.map((blob) => (blob.target.digest === event.target.digest ? change(blob) : blob));
}

/** One blob as one line of at most `columns`, as it stands. */
export function blobLine({ target, bytes: have, says }: BlobState, columns: number): string {
  const short = shortDigest(target.digest);
  if (says === "done" || says === "there already")
    return cut(`${short}  ${pad(says, 26)}  ${bytes(target.size)}`, columns);
  const width = 24;
  const full = target.size === 0 ? width : Math.floor((have / target.size) * width);
  const bar = `[${"#".repeat(full)}${" ".repeat(width - full)}]`;
  const figures =
    says === "waiting" ? "another process fetches it" : `${bytes(have)} of ${bytes(target.size)}`;
  return cut(`${short}  ${bar}  ${figures}`, columns);
}

/** What is told of an event where lines cannot be redrawn; undefined for what is not worth a line. */
export function eventLine(event: PullEvent): string | undefined {
  switch (event.kind) {
    case "resolved": {
      const size = event.blobs.reduce((sum, blob) => sum + blob.size, 0);
      return `pull ${oneLine(event.name ?? "an image")}: ${count(event.blobs.length, "layer")}, ${bytes(size)}`;
    }
    case "there":
      return `${shortDigest(event.target.digest)}  there already`;
    case "waiting":
      return `${shortDigest(event.target.digest)}  another process fetches it`;
    case "fetched":
      return `${shortDigest(event.target.digest)}  done  ${bytes(event.target.size)}`;
    case "begun":
    case "bytes":
      return undefined;
  }
}

/** The first twelve digits, as docker shows them. */
export function shortDigest(digest: string): string {
  return digest.slice(digest.indexOf(":") + 1).slice(0, 12);
}
