import { realpathSync } from "node:fs";
import { join } from "node:path";
import type { Cancel } from "../base/brand.ts";
import type { Configuration } from "../base/configuration.ts";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import { isOnlyMount, strangersIn, unmountRootfs } from "../bundle/mounting.ts";
import { isMountable } from "../bundle/overlay.ts";
import { readWithoutRootfs } from "../bundle/read.ts";
import { removeBundle } from "../bundle/removal.ts";
import { openRuntime } from "../runtime/runtime.ts";
import { type ContainerRecord, listRecords } from "./records.ts";
import { sweepAbandoned } from "./sweep.ts";

export type UnmountedBundle = {
  readonly bundle: string;
  readonly rootfs: string;
  /** It was mounted before. */
  readonly unmounted: boolean;
  readonly deleted: boolean;
};

/**
 * Unmount the overlay of a bundle, and with `delete` remove the bundle, also one without an overlay, and what `rm -r` left of one. Errors: "bundle.no-config" and those of parseSpec,
 * "bundle.in-use" while a container of it exists or a process works in it, "bundle.not-ours" when a directory to be deleted holds more than a bundle,
 * "bundle.no-overlay" and "bundle.mount-failed"; and then nothing is removed.
 */
export async function unmountBundle(
  directory: string,
  options: Cancel & { readonly configuration: Configuration; readonly delete: boolean },
): Promise<UnmountedBundle> {
  const remains = isOnlyMount(directory);
  if (remains && !options.delete) throw onlyMount(directory);
  const path = realpathSync(remains ? directory : readWithoutRootfs(directory).path);
  await sweepAbandoned(options);
  await refuseContainers(path, options);
  if (options.delete) refuseStrangers(path);
  if (remains) {
    removeBundle(path);
    return { bundle: path, rootfs: join(path, "rootfs"), unmounted: true, deleted: true };
  }
  const plain = options.delete && !isMountable(path);
  const unmounted = plain ? false : unmountRootfs(path);
  if (options.delete) removeBundle(path);
  return { bundle: path, rootfs: join(path, "rootfs"), unmounted, deleted: options.delete };
}

/** A container of a runtime that is not there any more, or that does not know it, needs no bundle. */
async function refuseContainers(
  path: string,
  { configuration, signal }: Cancel & { readonly configuration: Configuration },
): Promise<void> {
  for (const record of listRecords(configuration)) {
    if (record.bundle !== path || !(await exists(record, { signal }))) continue;
    throw new OcilabError("bundle.in-use", {
      doing: `unmount the bundle ${quote(path)}`,
      got: `the container ${quote(record.id)} was made of it`,
      hint: `ocilab delete ${record.id}`,
      facts: { bundle: path, id: record.id },
    });
  }
}

async function exists({ runtime, root, id }: ContainerRecord, { signal }: Cancel): Promise<boolean> {
  try {
    return (await (await openRuntime({ runtime, root, signal })).find(id, { signal })) !== undefined;
  } catch (error) {
    if (error instanceof OcilabError && error.code === "host.program-missing") return false;
    throw error;
  }
}

function onlyMount(path: string): OcilabError {
  return new OcilabError("bundle.no-config", {
    doing: `read the bundle ${quote(path)}`,
    got: "it holds no config.json, only the overlay mount that `rm` could not remove",
    hint: `to remove it: ocilab umount --delete ${path}`,
    facts: { path },
  });
}

function refuseStrangers(path: string): void {
  const [stranger] = strangersIn(path);
  if (stranger === undefined) return;
  throw new OcilabError("bundle.not-ours", {
    doing: `remove the bundle ${quote(path)}`,
    got: `it holds ${quote(stranger)} as well, which is no part of a bundle`,
    hint: "move it elsewhere first",
    facts: { path, stranger },
  });
}
