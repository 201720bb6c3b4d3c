import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { Descriptor, Platform } from "./image.ts";

/** Names that people and tools use for an architecture of the image specification (those of Go), with the variant they imply. */
const architectures: Readonly<Record<string, readonly [architecture: string, variant?: string]>> = {
  x86_64: ["amd64"],
  "x86-64": ["amd64"],
  x64: ["amd64"],
  aarch64: ["arm64"],
  i386: ["386"],
  i686: ["386"],
  ia32: ["386"],
  armhf: ["arm", "v7"],
  armel: ["arm", "v6"],
  ppc64el: ["ppc64le"],
  powerpc64le: ["ppc64le"],
  loongarch64: ["loong64"],
};

/**
 * The platform that `text` writes as OS/ARCHITECTURE[/VARIANT], or ARCHITECTURE[/VARIANT] of Linux, in normal form: lower case,
 * Go's architecture names, arm with its variant (v7 when none is given), arm64 without v8 and amd64 without v1. Throws "spec.bad-platform".
 */
export function parsePlatform(text: string): Platform {
  const parts = text.trim().split("/");
  if (parts.length > 3 || parts.some((part) => !/^[A-Za-z0-9_.-]+$/.test(part))) {
    throw new OcilabError("spec.bad-platform", {
      doing: `read the platform ${quote(text, 80)}`,
      got: "a platform is written OS/ARCHITECTURE[/VARIANT], as in linux/amd64 or linux/arm/v7",
    });
  }
  const lower = parts.map((part) => part.toLowerCase());
  const bare = lower.length === 1 || (lower.length === 2 && /^v\d/.test(lower[1] ?? ""));
  const [os = "linux", architecture = "", variant] = bare ? ["linux", ...lower] : lower;
  return normalise({
    os: os === "macos" ? "darwin" : os,
    architecture,
    ...(variant === undefined ? {} : { variant }),
  });
}

/** OS/ARCHITECTURE[/VARIANT] of a platform in normal form: `parsePlatform` reads it back. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = normalise(platform);
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join("/");
}

/** The Linux platform of a `process.arch` of Node ("x64" is linux/amd64). */
export function platformOf(nodeArch: string): Platform {
  const named: Readonly<Record<string, string>> = {
    ppc64: "ppc64le",
    mips64el: "mips64le",
    mipsel: "mipsle",
  };
  return parsePlatform(`linux/${named[nodeArch] ?? nodeArch}`);
}

/**
 * The descriptor of an image index that suits `wanted` best, ranked as containerd ranks them: the exact variant, then lower variants
 * of arm and amd64, then what the processor runs as well (386 on amd64, arm on arm64); the first of equals. Attestation manifests never suit.
 * Where none fits, a descriptor without a platform is the answer if it is the only one: its image configuration then tells.
 */
export function choosePlatform(descriptors: readonly Descriptor[], wanted: Platform): Descriptor | undefined {
  const images = descriptors.filter((descriptor) => !isAttestation(descriptor));
  for (const acceptable of acceptablePlatforms(normalise(wanted))) {
    const found = images.find(
      ({ platform }) => platform !== undefined && same(normalise(platform), acceptable),
    );
    if (found !== undefined) return found;
  }
  const unnamed = images.filter(({ platform }) => platform === undefined);
  return unnamed.length === 1 ? unnamed[0] : undefined;
}

function isAttestation({ platform, annotations }: Descriptor): boolean {
  if (annotations?.["vnd.docker.reference.type"] === "attestation-manifest") return true;
  return platform?.os === "unknown" && platform.architecture === "unknown";
}

/** Best first. */
function acceptablePlatforms(wanted: Platform): readonly Platform[] {
  const of = (architecture: string, versions: readonly number[]): readonly Platform[] =>
    versions.map((version) => normalise({ os: wanted.os, architecture, variant: `v${version}` }));
  const version = Number(/^v(\d+)/.exec(wanted.variant ?? "")?.[1] ?? 0);
  switch (wanted.architecture) {
    case "amd64":
      return [
        wanted,
        ...of("amd64", down(version - 1, 1)),
        normalise({ os: wanted.os, architecture: "386" }),
      ];
    case "arm":
      return [wanted, ...of("arm", down(version - 1, 5))];
    case "arm64":
      return [wanted, ...of("arm64", down(version - 1, 8)), ...of("arm", [8, 7, 6, 5])];
    default:
      return [wanted];
  }
}

function down(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, from - to + 1) }, (_, index) => from - index);
}

function same(a: Platform, b: Platform): boolean {
  return a.os === b.os && a.architecture === b.architecture && a.variant === b.variant;
}

function normalise(platform: Platform): Platform {
  const { variant: written, ...rest } = platform;
  const lower = platform.architecture.toLowerCase();
  const [architecture, implied] = (Object.hasOwn(architectures, lower)
    ? architectures[lower]
    : undefined) ?? [lower];
  const given =
    written === undefined || written === "" ? implied : written.toLowerCase().replace(/^(?=\d)/, "v");
  const variant = given ?? (architecture === "arm" ? "v7" : undefined);
  const default_ = { arm64: "v8", amd64: "v1" }[architecture];
  return {
    ...rest,
    os: platform.os.toLowerCase(),
    architecture,
    ...(variant === undefined || variant === default_ ? {} : { variant }),
  };
}
