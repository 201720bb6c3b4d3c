import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { errnoOf, OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import { parseSpec, refuseLongConfig } from "../oci/parse.ts";
import type { Spec } from "../oci/spec.ts";
import type { Bundle } from "./bundle.ts";
import { lacksMount } from "./overlay.ts";

/**
 * Read the bundle in a directory: config.json is parsed and checked against the schema, the rootfs is there.
 * Errors: "bundle.no-config" (naming a config.json one level up or down), "spec.bad-json" with line and column, "spec.invalid",
 * "bundle.no-rootfs", "bundle.not-mounted".
 */
export function readBundle(directory: string): Bundle {
  const bundle = readWithoutRootfs(directory);
  if (lacksMount(bundle.path)) throw notMounted(bundle);
  if (isDirectory(bundle.rootfs)) return bundle;
  const doing = `find the root filesystem of the bundle ${quote(bundle.path)}`;
  const { path, rootfs } = bundle;
  throw new OcilabError("bundle.no-rootfs", { doing, ...missingRootfs(bundle), facts: { path, rootfs } });
}

/** The same of a bundle whose rootfs need not be there. */
export function readWithoutRootfs(directory: string): Bundle {
  const path = resolve(directory);
  const configText = readConfigText(path);
  const spec = parseSpec(configText, { name: join(path, "config.json") });
  return { path, rootfs: rootfsOf(path, spec), spec, configText };
}

/** What to say of a bundle whose rootfs is not there. A directory of config.json alone runs all the same: `ocilab run` brings a rootfs. */
export function missingRootfs({ path, rootfs, spec }: Bundle): {
  readonly got: string;
  readonly hint: string;
} {
  const folders = readdirSync(path).filter((name) => isDirectory(join(path, name)));
  return {
    got: `root.path is ${quote(spec.root?.path ?? "rootfs")}, and ${quote(rootfs)} is no directory`,
    hint:
      folders.length === 0
        ? "`ocilab run DIR` brings the rootfs of the built-in image; for one on disk, `ocilab bundle IMAGE DIR` makes rootfs and config.json"
        : `the bundle has these directories: ${folders
            .slice(0, 8)
            .map((name) => quote(name))
            .join(", ")}`,
  };
}

/** What to say of a bundle that is made for an overlay mount which is not there. */
export function missingMount({ path }: Bundle): { readonly got: string; readonly hint: string } {
  return {
    got: `${quote(join(path, "rootfs"))} is an overlay mount, and it is not mounted`,
    hint: `ocilab mount ${path}`,
  };
}

function notMounted(bundle: Bundle): OcilabError {
  const doing = `find the root filesystem of the bundle ${quote(bundle.path)}`;
  const { path, rootfs } = bundle;
  return new OcilabError("bundle.not-mounted", { doing, ...missingMount(bundle), facts: { path, rootfs } });
}

/** The text of DIRECTORY/config.json. Errors: "bundle.no-config", "spec.invalid" for more bytes than any real one has. */
export function readConfigText(path: string): string {
  const file = join(path, "config.json");
  refuseLongConfig(statSync(file, { throwIfNoEntry: false })?.size ?? 0, { name: file });
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (errnoOf(error) !== "ENOENT" && errnoOf(error) !== "ENOTDIR") throw error;
    throw noConfig(path, error);
  }
}

/** Where root.path leads to: relative to the bundle (config.md#root), "rootfs" when the config has no root. */
export function rootfsOf(path: string, spec: Spec): string {
  return resolve(path, spec.root?.path ?? "rootfs");
}

/** True when there is a directory of this name, also by way of a link. */
export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function noConfig(path: string, cause: unknown): OcilabError {
  const near = nearbyConfigs(path);
  return new OcilabError("bundle.no-config", {
    doing: `read the bundle ${quote(path)}`,
    got: existsSync(path) ? "it holds no config.json" : "there is no such directory",
    hint:
      near.length === 0
        ? undefined
        : `there is a config.json in ${near.map((place) => quote(place)).join(", ")}`,
    facts: { path, near },
    cause,
  });
}

function nearbyConfigs(path: string): readonly string[] {
  const below = isDirectory(path)
    ? readdirSync(path)
        .slice(0, 1000)
        .map((name) => join(path, name))
    : [];
  return [dirname(path), ...below].filter((place) => existsSync(join(place, "config.json"))).slice(0, 5);
}
