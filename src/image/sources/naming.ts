import { OcilabError } from "../../base/errors.ts";
import { nearest, printable, quote } from "../../base/text.ts";
import { isDigest } from "../../oci/digest.ts";
import type { Digest } from "../../oci/image.ts";

/** One thing in a layout or archive that a tag can mean. */
export type NamedImage<T> = {
  readonly names: readonly string[];
  /** Of the manifest or index; for docker archives of the configuration, which docker calls the image id. */
  readonly digest: Digest | undefined;
  readonly value: T;
};

/**
 * The images that `tag` means, or all where there is no tag. The first of these that fits anything decides: a digest ("sha256:…" with or without
 * "@"); a name exactly; a name in docker's long form ("busybox" is "docker.io/library/busybox:latest"); the part after a slash of a name; the part after its colon.
 * Never empty. Error "image.no-such-tag" lists what is there.
 */
export function imagesNamed<T>(
  images: readonly NamedImage<T>[],
  tag: string | undefined,
  doing: string,
): readonly NamedImage<T>[] {
  if (tag === undefined) return images;
  const digest = tag.replace(/^@/, "");
  const tests: readonly ((image: NamedImage<T>) => boolean)[] = [
    (image) => isDigest(digest) && image.digest === digest,
    (image) => image.names.includes(tag),
    (image) => image.names.some((name) => longName(name) === longName(tag)),
    (image) => image.names.some((name) => longName(name).endsWith(`/${tag}`)),
    (image) => image.names.some((name) => longName(name).endsWith(`:${tag}`)),
  ];
  for (const test of tests) {
    const found = images.filter(test);
    if (found.length > 0) return found;
  }
  const near = nearest(
    tag,
    images.flatMap(({ names }) => names),
  );
  throw new OcilabError("image.no-such-tag", {
    doing,
    got: `there is no image ${quote(tag)} in it; there ${list(images)}`,
    hint: near === undefined ? undefined : `did you mean ${quote(near)}?`,
    facts: { tag, names: images.flatMap(({ names }) => names) },
  });
}

/** The error of a reference that fits several images. */
export function ambiguous(images: readonly NamedImage<unknown>[], doing: string): OcilabError {
  return new OcilabError("image.ambiguous", {
    doing,
    got: `it holds several images that this could mean; there ${list(images)}`,
    hint: "add a colon and the name or the digest of one of them",
    facts: { names: images.flatMap(({ names }) => names), digests: images.map(({ digest }) => digest) },
  });
}

/** A docker name in full: registry, "library/" and tag added as docker does ("a/b:1" is "docker.io/a/b:1"). */
export function longName(name: string): string {
  const [first = "", ...rest] = name.split("/");
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const path = hasRegistry ? rest.join("/") : name;
  const registry = hasRegistry ? first : "docker.io";
  const scoped = registry === "docker.io" && !path.includes("/") ? `library/${path}` : path;
  return `${registry}/${scoped}${/[:@]/.test(scoped) ? "" : ":latest"}`;
}

function list(images: readonly NamedImage<unknown>[]): string {
  const most = 20;
  if (images.length === 0) return "is none at all";
  const labels = images.slice(0, most).map((image) => {
    const alone = images.filter(({ names }) => names.join() === image.names.join()).length === 1;
    const digest = image.names.length > 0 && alone ? [] : [`@${image.digest ?? "unnamed"}`];
    return [...(image.names.length === 0 ? [] : [image.names.join(" = ")]), ...digest].join(" ");
  });
  const more = images.length > most ? ` and ${images.length - most} more` : "";
  const shown = labels.map((label) => printable(label.replaceAll("\n", " "), 200));
  return `${labels.length === 1 ? "is" : "are"} ${shown.join(", ")}${more}`;
}
