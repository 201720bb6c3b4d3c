import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { Descriptor, ImageConfig, ImageIndex, ImageManifest } from "../oci/image.ts";
import { parseJson } from "../oci/json.ts";
import { documentKind } from "../oci/media-types.ts";
import { parseImageConfig, parseIndex, parseManifest } from "../oci/parse.ts";

/** The verified text of a document that a descriptor names. */
export type ReadDocument = (target: Descriptor, what: string) => Promise<string>;

/** The index that a verified text holds. Errors as of `manifestOf`. */
export function indexOf(text: string, target: Descriptor): ImageIndex {
  const name = `the index ${target.digest}`;
  refuseAmbiguity(text, target, { name, kind: "index" });
  return parseIndex(text, { name });
}

/**
 * The manifest that a verified text holds, one of an image: schema 1 and artifacts are refused ("image.schema-1", "image.not-an-image"), and so is
 * a document that could be read as two things ("image.bad-document", after CVE-2021-41190).
 */
export function manifestOf(text: string, target: Descriptor): ImageManifest {
  const name = `the manifest ${target.digest}`;
  refuseSchema1(target.mediaType, name);
  if (documentKind(target.mediaType) !== "manifest") {
    const got = `its media type is ${quote(target.mediaType)}, not that of an image manifest`;
    throw new OcilabError("image.not-an-image", { doing: `read ${name}`, got });
  }
  refuseAmbiguity(text, target, { name, kind: "manifest" });
  return parseManifest(text, { name });
}

/** The configuration that a verified text holds. */
export function configOf(text: string, target: Descriptor): ImageConfig {
  return parseImageConfig(text, { name: `the configuration ${target.digest}` });
}

/** An image has a configuration of an image's media type; anything else is an artifact (image-spec manifest.md#guidelines-for-artifact-usage). */
export function refuseArtifact(manifest: ImageManifest, doing: string): void {
  if (documentKind(manifest.config.mediaType) === "config") return;
  const type = manifest.artifactType ?? manifest.config.mediaType;
  throw new OcilabError("image.not-an-image", { doing, got: `it is an artifact of the type ${quote(type)}` });
}

function refuseSchema1(mediaType: string, name: string): void {
  if (!mediaType.startsWith("application/vnd.docker.distribution.manifest.v1+")) return;
  throw schema1(name);
}

function refuseAmbiguity(
  text: string,
  target: Descriptor,
  { name, kind }: { readonly name: string; readonly kind: "index" | "manifest" },
): void {
  const value = parseJson(text, { name });
  const has = (member: string): boolean =>
    typeof value === "object" && value !== null && Object.hasOwn(value, member);
  if (has("fsLayers")) throw schema1(name);
  const both = has("manifests") && (has("layers") || has("config"));
  const inside = has("mediaType") ? (value as { mediaType: unknown }).mediaType : target.mediaType;
  const differs = typeof inside !== "string" || documentKind(inside) !== kind;
  if (!both && !differs) return;
  const got = both
    ? "it is an index and a manifest at once"
    : `it says that it is ${quote(String(inside))}, its descriptor says ${quote(target.mediaType)}`;
  throw new OcilabError("image.bad-document", { doing: `read ${name}`, got });
}

function schema1(name: string): OcilabError {
  return new OcilabError("image.schema-1", {
    doing: `read ${name}`,
    got: "it is a manifest of docker's schema 1",
  });
}
