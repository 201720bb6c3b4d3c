import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../base/errors.ts";
import { isDigest } from "../../oci/digest.ts";
import type { Digest } from "../../oci/image.ts";
import type { LayerResult } from "../layer/job.ts";
import { defaultLimits, type LayerLimits } from "../layer/limits.ts";

/** One layer as a lower directory of overlayfs (filesystems/overlayfs.rst): right only above those that its chain-id names. */
export type Snapshot = {
  readonly chainId: Digest;
  readonly diffId: Digest;
  /** The lower directory, absolute. */
  readonly fs: string;
  /** Its stage.json. */
  readonly stage: string;
  /** What unpacking it came to. */
  readonly layer: LayerResult;
  /** The limits under which it was unpacked; left out: `defaultLimits`. */
  readonly limits?: LayerLimits;
  /** Attributes of this layer and of those below that the file system could not hold. */
  readonly lostAttributes: readonly string[];
};

/** SNAPSHOTS/ALGORITHM-HEX/snapshot.json; beside it lie fs/ and stage.json. */
type SnapshotFile = Omit<Snapshot, "fs" | "stage">;

/** The text of a snapshot.json. */
export function formatSnapshot(file: SnapshotFile): string {
  return `${JSON.stringify(file)}\n`;
}

/** A chain-id's directory, whether or not it is there. */
export function snapshotDirectory(snapshots: string, chainId: Digest): string {
  return join(snapshots, chainId.replace(":", "-"));
}

/** The snapshot of a chain-id, undefined when there is none, or none that is whole. */
export function readSnapshot(snapshots: string, chainId: Digest): Snapshot | undefined {
  const directory = snapshotDirectory(snapshots, chainId);
  try {
    const file = JSON.parse(readFileSync(join(directory, "snapshot.json"), "utf8")) as SnapshotFile;
    if (file.chainId !== chainId) return undefined;
    return { ...file, fs: join(directory, "fs"), stage: join(directory, "stage.json") };
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) !== undefined) return undefined;
    throw error;
  }
}

/** The snapshots of a stack of layers from the base up, as many as there are. */
export function readChain(snapshots: string, chain: readonly Digest[]): readonly Snapshot[] {
  const found: Snapshot[] = [];
  for (const chainId of chain) {
    const snapshot = readSnapshot(snapshots, chainId);
    if (snapshot === undefined) break;
    found.push(snapshot);
  }
  return found;
}

/**
 * The limit of single entries and layers (not of sums) that is stricter now than it was when one of these snapshots was unpacked: then only
 * unpacking anew tells whether the layers keep it.
 */
export function stricterLimit(
  snapshots: readonly Pick<Snapshot, "limits">[],
  limits: Partial<LayerLimits> = {},
): keyof LayerLimits | undefined {
  const now = { ...defaultLimits, ...limits };
  return (["pathLength", "headerBytes", "ratio", "ratioFrom"] as const).find((name) =>
    snapshots.some((snapshot) => now[name] < { ...defaultLimits, ...snapshot.limits }[name]),
  );
}

/** The chain-ids of all snapshots of a store; a store that is not there has none. */
export function listChainIds(snapshots: string): readonly Digest[] {
  try {
    return readdirSync(snapshots)
      .map((name) => name.replace("-", ":"))
      .filter((name) => isDigest(name));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}
