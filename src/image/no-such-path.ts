import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { OcilabError } from "../base/errors.ts";
import { nearest, quote } from "../base/text.ts";
import { builtinNames } from "../oci/reference.ts";

/**
 * The error of a path with nothing at it: what is there by a similar name, or, where the text could be the name of an image in a registry,
 * how to get that image. `plain`: the user wrote no transport, so a registry may be meant.
 */
export function noSuchPath(
  path: string,
  { text, plain }: { readonly text: string; readonly plain: boolean },
): OcilabError {
  const doing = `open the image ${quote(text)}`;
  const short = path.replace(/^docker\.io\/(library\/)?/, "").replace(/:[^/]*$/, "");
  const meant = (plain ? nearest(short, builtinNames) : undefined) ?? similarPath(path);
  const facts = { path, ...(meant === undefined ? {} : { nearest: meant }) };
  const registry = `copy it from a registry: skopeo copy docker://${path} oci:DIR:TAG, then oci:DIR:TAG`;
  const maybe = plain && looksLikeRegistryName(path);
  if (meant !== undefined) {
    const hint = `did you mean ${quote(meant)}?${maybe ? ` Or ${registry}` : ""}`;
    return new OcilabError("image.not-found", {
      doing,
      got: `there is nothing at ${quote(path)}`,
      hint,
      facts,
    });
  }
  if (!maybe)
    return new OcilabError("image.not-found", { doing, got: `there is nothing at ${quote(path)}`, facts });
  const got = "there is no such file, and this version does not fetch images from registries";
  return new OcilabError("image.registry-name", { doing, got, hint: registry, facts });
}

/** A name as registries have them: lower case parts, maybe a host with a port before and a tag or digest after. */
function looksLikeRegistryName(text: string): boolean {
  const host = "(?:[a-z0-9-]+(?:\\.[a-z0-9-]+)+(?::\\d+)?/|localhost(?::\\d+)?/|[a-z0-9-]+:\\d+/)?";
  const part = "[a-z0-9]+(?:[._-]+[a-z0-9]+)*";
  const tag = "(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?";
  const archive = /\.(?:tar|tgz|tzst|oci|zst|gz|xz)$/.test(text);
  return !archive && new RegExp(`^${host}${part}(?:/${part})*${tag}$`).test(text);
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
