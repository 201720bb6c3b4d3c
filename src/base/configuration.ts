import { join, resolve } from "node:path";

/** Where ocilab keeps what it stores. Directories are made by whoever writes the first file into them, mode 0700. */
export type Configuration = {
  /** OCILAB_HOME; else /var/lib/ocilab for root, else $XDG_DATA_HOME/ocilab or ~/.local/share/ocilab. Absolute. */
  readonly home: string;
  /** True when OCILAB_HOME was set: then the runtime's own state moves below it as well. */
  readonly moved: boolean;
  /** One JSON record a container: HOME/containers/ID.json. */
  readonly containers: string;
  /** Bundles of `ocilab run`: HOME/bundles/ID. */
  readonly bundles: string;
  /** Built-in images: HOME/images. */
  readonly images: string;
  /** Unpacked layers, by chain-id: HOME/snapshots. */
  readonly snapshots: string;
  /** Pulled images: HOME/store. */
  readonly store: string;
  /** What runtimes said of their versions, a file each: HOME/versions. */
  readonly versions: string;
  /** Runtime state (`runc --root`): HOME/run/RUNTIME when OCILAB_HOME is set or an ordinary user has no XDG_RUNTIME_DIR, else undefined: the runtime's own default. */
  readonly runtimeRoot: string | undefined;
};

/** Read the configuration from the environment. Pure but for its default argument. */
export function readConfiguration(
  env: Readonly<Record<string, string | undefined>> = process.env,
  uid: number = process.getuid?.() ?? 0,
): Configuration {
  const given = env["OCILAB_HOME"];
  const moved = given !== undefined && given !== "";
  const home = moved ? resolve(given) : defaultHome(env, uid);
  return {
    home,
    moved,
    containers: join(home, "containers"),
    bundles: join(home, "bundles"),
    images: join(home, "images"),
    snapshots: join(home, "snapshots"),
    store: join(home, "store"),
    versions: join(home, "versions"),
    runtimeRoot: moved || isHomeless(env, uid) ? join(home, "run") : undefined,
  };
}

/** Runtimes keep an ordinary user's containers in XDG_RUNTIME_DIR, and without it in /run, which is not his. */
function isHomeless(env: Readonly<Record<string, string | undefined>>, uid: number): boolean {
  return uid !== 0 && !env["XDG_RUNTIME_DIR"];
}

function defaultHome(env: Readonly<Record<string, string | undefined>>, uid: number): string {
  if (uid === 0) return "/var/lib/ocilab";
  return join(env["XDG_DATA_HOME"] || join(env["HOME"] || "/", ".local/share"), "ocilab");
}
