import { chmodSync, chownSync, lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { Image, LayerBlob } from "../image/image.ts";
import type { UnpackOptions } from "../image/layer/unpack.ts";
import type { IdMaps } from "../linux/sub-ids.ts";
import type { ImageConfig } from "../oci/image.ts";
import { formatJson } from "../oci/json.ts";
import type { Problem, Spec } from "../oci/spec.ts";
import { validateSpec } from "../oci/validate.ts";
import { buildSpec, saysHowItRuns } from "../spec/build.ts";
import type { SpecContext, SpecOption } from "../spec/context.ts";
import { lintSpec } from "../spec/lint.ts";
import { rootlessOptions } from "../spec/options/rootless.ts";
import type { Bundle } from "./bundle.ts";
import { hostContext, readSpecContext } from "./context.ts";
import { openDestination } from "./destination.ts";
import { isBind } from "./facts.ts";
import { rootIsAnother } from "./preflight.ts";
import { makeRootfs, type RootfsResult, type RootfsWish } from "./rootfs.ts";

export type CreateBundleOptions = Cancel &
  Pick<UnpackOptions, "limits" | "onLayer"> & {
    readonly specOptions?: readonly SpecOption[] | undefined;
    /** The id maps of the user namespace that an ordinary user unpacks and later runs the bundle in; see rootlessOptions. */
    readonly rootless?: IdMaps | undefined;
    /** The container's host name; left out, the config has none. */
    readonly hostname?: string | undefined;
    /** Called once the rootfs is complete and before config.json is made. */
    readonly onUnpacked?: (result: RootfsResult) => void | Promise<void>;
    /** Have an overlay mount of unpacked layers, which are kept, or a copy of them. Left out: unpacked into the bundle, and nothing is kept. */
    readonly rootfs?: RootfsWish | undefined;
    /** Makes the config; default: the image's, with `specOptions` and `rootless`. For bundles whose config.json is given. */
    readonly makeSpec?: (context: SpecContext, image: ImageConfig) => Spec;
  };

/**
 * Make a bundle of an image: DIRECTORY/rootfs and DIRECTORY/config.json, which passes the schema and has no lint errors. With `rootfs`
 * DIRECTORY/rootfs is a mount, visible in our mount namespace, and DIRECTORY/overlay has what is written into it: `removeBundle` removes both.
 * All or nothing: it is made beside DIRECTORY and renamed. An error or an abort leaves nothing, and what a kill left is removed by the next call.
 * The bundle is closed to other users (0700), or may be passed through (0711) when a user namespace makes its root another user.
 * Errors: "bundle.exists", "bundle.invalid" with facts.problems, "bundle.unwritable", those of unpacking and of buildSpec.
 */
export async function createBundle(
  image: Pick<Image, "config"> & { readonly layers: readonly LayerBlob[] },
  directory: string,
  options: CreateBundleOptions = {},
): Promise<Bundle> {
  await using place = openDestination(directory);
  const { path, draft } = place;
  const rootfs = join(draft, "rootfs");
  mkdirSync(rootfs, { mode: 0o755 });
  const { signal, limits, onLayer, rootless, specOptions = [] } = options;
  const wishes = rootless === undefined ? specOptions : rootlessOptions(rootless, specOptions);
  const make = options.makeSpec ?? ((given, config) => buildSpec(given, config, ...wishes));
  refuseEarly(() => make({ ...hostContext(), hostname: options.hostname }, image.config), image, path);
  using made = await makeRootfs(image.layers, draft, {
    ...{ signal, maps: rootless, rootfs: options.rootfs, path },
    ...defined({ limits, onLayer }),
  });
  await options.onUnpacked?.(made.result);
  const context = readSpecContext(rootfs, { hostname: options.hostname });
  const spec = make(context, image.config);
  refuseInvalid(spec, path);
  if (rootIsAnother(spec, process.geteuid?.() ?? 0)) {
    makeMountPoints(spec, rootfs);
    makeWorkingDirectory(spec, rootfs);
  }
  const configText = writeConfig(draft, spec);
  signal?.throwIfAborted();
  place.moveIntoPlace();
  return { path, rootfs: resolve(path, spec.root?.path ?? "rootfs"), spec, configText };
}

/** A user namespace's root may not make /proc, /dev and /sys in what is not his, as a runtime would for an image that lacks them. */
function makeMountPoints({ mounts = [] }: Spec, rootfs: string): void {
  for (const mount of mounts) {
    const name = /^\/([^/]+)\/?$/.exec(mount.destination)?.[1];
    if (name === undefined || name === "." || name === ".." || isBind(mount)) continue;
    // Straight below the root and not there: no link can lead it elsewhere.
    if (lstatSync(join(rootfs, name), { throwIfNoEntry: false }) === undefined)
      mkdirSync(join(rootfs, name), { mode: 0o755 });
  }
}

/** Nor may he make the working directory where the image lacks it. It becomes his; a path that a link or a mount leads elsewhere is the runtime's to make. */
function makeWorkingDirectory({ process: asked, mounts = [], linux }: Spec, rootfs: string): void {
  const cwd = asked?.cwd ?? "/";
  const parts = cwd.split("/").filter((part) => part !== "" && part !== ".");
  const isMounted = mounts.some(({ destination }) => `${cwd}/`.startsWith(`${destination}/`));
  if (isMounted || parts.includes("..") || process.geteuid?.() !== 0) return;
  const [uid, gid] = [linux?.uidMappings, linux?.gidMappings].map(
    (ranges) => ranges?.find(({ containerID }) => containerID === 0)?.hostID,
  );
  let at = rootfs;
  for (const part of parts) {
    at = join(at, part);
    const stats = lstatSync(at, { throwIfNoEntry: false });
    if (stats?.isDirectory() === false) return;
    if (stats !== undefined) continue;
    mkdirSync(at, { mode: 0o755 });
    if (uid !== undefined && gid !== undefined) chownSync(at, uid, gid);
  }
}

/** What hangs on no file of the rootfs is refused before a layer is fetched and unpacked: only users, groups and a shell are looked up there. */
function refuseEarly(make: () => Spec, image: Pick<Image, "config">, path: string): void {
  try {
    refuseInvalid(make(), path);
  } catch (error) {
    const shell = saysHowItRuns(image.config) ? [] : ["spec.no-arguments"];
    const needsRootfs = ["spec.unknown-user", "spec.unknown-group", ...shell];
    if (error instanceof OcilabError && needsRootfs.includes(error.code)) return;
    throw error;
  }
}

/** Write DIRECTORY/config.json, readably, and let a user namespace's root pass through DIRECTORY. Returns the text. */
export function writeConfig(directory: string, spec: Spec): string {
  const text = formatJson(spec, { indent: 2 });
  writeFileSync(join(directory, "config.json"), text, { mode: 0o600 });
  chmodSync(directory, rootIsAnother(spec, process.geteuid?.() ?? 0) ? 0o711 : 0o700);
  return text;
}

/** Errors: "bundle.invalid" when the schema or the lint find an error in the spec. */
export function refuseInvalid(spec: Spec, path: string): void {
  const problems = [...validateSpec(spec), ...lintSpec(spec)].filter(({ level }) => level === "error");
  if (problems.length === 0) return;
  throw new OcilabError("bundle.invalid", {
    doing: `make the bundle ${quote(path)}`,
    got: sayProblems(problems),
    hint: problems.find(({ hint }) => hint !== undefined)?.hint,
    facts: { path, problems },
  });
}

/** Several problems in one line of a message. */
export function sayProblems(problems: readonly Problem[]): string {
  const said = problems.slice(0, 5).map(({ at, says }) => `${at === "" ? "config.json" : at} ${says}`);
  const more = problems.length - said.length;
  return `${said.join("; ")}${more > 0 ? ` (and ${more} more)` : ""}`;
}

function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
