import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { OcilabError } from "../base/errors.ts";
import { nearest, quote } from "../base/text.ts";
import { builtinNames } from "../oci/reference.ts";
import { type RegistryReference, readRegistryName } from "../oci/registry-name.ts";

/** What nobody calls an image by mistake: an archive's name. */
const archiveName = /\.(?:tar|tgz|tzst|oci|zst|gz|xz)$/;

/** Whether a text is written as a path, so that it is no name of an image: "./x", "../x", "/x", "~/x". */
export function isWrittenAsPath(text: string): boolean {
  return /^(?:[/~]|\.{1,2}(?:\/|$))/.test(text);
}

/**
 * The image in a registry that a text means which is no path: docker's rule, but what is written as a path ("./x", "/x", "~/x") or as the name of an
 * archive without a host is taken for one. Error "image.not-found" with what is there by a similar name, or why the text is no name either.
 */
export function notAtPath(path: string, text: string): RegistryReference {
  if (isWrittenAsPath(path)) throw noSuchPath(path, { text, plain: false });
  const read = readRegistryName(path);
  if (!read.ok) throw noSuchPath(path, { text, plain: true, because: read.because });
  if (archiveName.test(path) && read.reference.host === "docker.io" && !path.startsWith("docker.io/"))
    throw noSuchPath(path, { text, plain: true });
  return read.reference;
}

/**
 * The error of a path with nothing at it: what is there by a similar name. `plain`: the user wrote no transport, so that a built-in image or one in a
 * registry may be meant; `because`: why the text is no name of one.
 */
export function noSuchPath(
  path: string,
  { text, plain, because }: { readonly text: string; readonly plain: boolean; readonly because?: string },
): OcilabError {
  const meant = (plain ? nearBuiltin(path) : undefined) ?? similarPath(path);
  const written = because === undefined ? `docker://${path}` : "[HOST/]NAME[:TAG][@DIGEST], in lower case";
  const inRegistry = plain ? `an image in a registry is ${written}` : undefined;
  const hints = [meant === undefined ? undefined : `did you mean ${quote(meant)}?`, inRegistry].filter(
    (hint) => hint !== undefined,
  );
  const name = because === undefined ? "" : `, and as the name of an image in a registry ${because}`;
  return new OcilabError("image.not-found", {
    doing: `open the image ${quote(text)}`,
    got: `there is nothing at ${quote(path)}${name}`,
    hint: hints.length === 0 ? undefined : hints.join(" "),
    facts: { path, ...(meant === undefined ? {} : { nearest: meant }) },
  });
}

/** What lies here, or is built in, by a name like that of an image which no registry has. */
export function nearbyName(name: string): string | undefined {
  return nearBuiltin(name) ?? similarPath(name);
}

function nearBuiltin(path: string): string | undefined {
  const short = path.replace(/^docker\.io\/(library\/)?/, "").replace(/:[^/]*$/, "");
  return nearest(short, builtinNames);
}

/** The nearest name in the first directory upwards that exists. */
function similarPath(path: string): string | undefined {
  for (const end of [path.length, path.lastIndexOf(":")]) {
    const tried = path.slice(0, Math.max(0, end));
    const found = tried === "" ? undefined : nearest(basename(tried), namesIn(dirname(tried)));
    if (found !== undefined) return tried.includes("/") ? join(dirname(tried), found) : found;
  }
  return undefined;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
