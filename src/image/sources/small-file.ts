import { OcilabError } from "../../base/errors.ts";
import { mostDocumentBytes } from "../blobs/read.ts";
import { type FileTree, readAt } from "./file-tree.ts";

/** The text of a file that no descriptor vouches for (index.json, manifest.json), or undefined when there is none. Error "image.blob-too-large". */
export async function readSmallFile(files: FileTree, name: string): Promise<string | undefined> {
  const span = files.locate(name);
  if (span === undefined) return undefined;
  if (span.length > mostDocumentBytes) {
    const got = `it has ${span.length} bytes; more than ${mostDocumentBytes} are not read`;
    throw new OcilabError("image.blob-too-large", { doing: `read ${files.place(name)}`, got });
  }
  return (await readAt(span.path, span.offset, span.length)).toString("utf8");
}
