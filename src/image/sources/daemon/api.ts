import { OcilabError } from "../../../base/errors.ts";
import { quote } from "../../../base/text.ts";

/** What a daemon says of itself (Docker Engine API, GET /version). */
export type DaemonVersion = {
  /** The newest and the oldest version of the API that it speaks. */
  readonly newest: string;
  readonly oldest: string;
  readonly name: string;
  readonly os: string;
  readonly architecture: string;
};

/** Versions of the Docker Engine API in which what is asked here means the same. */
const known = { oldest: "1.24", newest: "1.51" } as const;

/**
 * What GET /version answers. Pure. Undefined for what is no such answer.
 */
export function parseVersion(value: unknown): DaemonVersion | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { ApiVersion, MinAPIVersion, Version, Os, Arch } = value as Readonly<Record<string, unknown>>;
  if (typeof ApiVersion !== "string" || !isVersion(ApiVersion)) return undefined;
  const text = (given: unknown, otherwise: string): string =>
    typeof given === "string" && given !== "" ? given : otherwise;
  const oldest = text(MinAPIVersion, "1.12");
  return {
    newest: ApiVersion,
    oldest: isVersion(oldest) ? oldest : "1.12",
    name: `version ${text(Version, "unknown")}`,
    os: text(Os, "linux"),
    architecture: text(Arch, ""),
  };
}

/**
 * The version of the API to speak with a daemon: the newest that both know, or `pinned` (DOCKER_API_VERSION). Pure.
 * Errors: "image.daemon-version", with both ranges.
 */
export function chooseVersion(
  daemon: DaemonVersion,
  { at, pinned }: { readonly at: string; readonly pinned?: string | undefined },
): string {
  const newest = pinned || smaller(daemon.newest, known.newest);
  const oldest = smaller(daemon.oldest, known.oldest) === daemon.oldest ? known.oldest : daemon.oldest;
  const spoken = isVersion(newest) && smaller(daemon.oldest, newest) === daemon.oldest;
  const fits = pinned
    ? spoken && smaller(newest, daemon.newest) === newest
    : smaller(oldest, newest) === oldest;
  if (fits) return newest;
  const ours = pinned
    ? `DOCKER_API_VERSION asks for ${quote(pinned, 40)}`
    : `ocilab speaks ${known.oldest} to ${known.newest}`;
  throw new OcilabError("image.daemon-version", {
    doing: `agree with the Docker daemon at ${at} on a version of its API`,
    got: `it speaks ${quote(daemon.oldest, 20)} to ${quote(daemon.newest, 20)} (${quote(daemon.name, 60)}), ${ours}`,
    hint: pinned ? "unset DOCKER_API_VERSION" : undefined,
    facts: { daemon, known },
  });
}

function isVersion(text: string): boolean {
  return /^\d{1,4}\.\d{1,4}$/.test(text);
}

/** The lower of two versions; the first when they are equal. */
function smaller(a: string, b: string): string {
  const [major = 0, minor = 0] = a.split(".").map(Number);
  const [otherMajor = 0, otherMinor = 0] = b.split(".").map(Number);
  return major < otherMajor || (major === otherMajor && minor <= otherMinor) ? a : b;
}
