import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Cancel } from "../base/brand.ts";
import type { Configuration } from "../base/configuration.ts";
import { log } from "../base/log.ts";
import { removeBundle } from "../bundle/removal.ts";
import type { ContainerId } from "../oci/spec.ts";
import { openRuntime, type Runtime } from "../runtime/runtime.ts";
import { removeKeeperFiles } from "./keeper/files.ts";
import { type ContainerRecord, isAbandoned, listRecords, removeRecord } from "./records.ts";

/**
 * Remove what `ocilab run`s left that were killed with SIGKILL: their containers, bundles and records. Returns the ids.
 * Every `run`, `list` and `delete` begins with it. One that cannot be removed is logged and stays recorded.
 */
export async function sweepAbandoned(
  options: Cancel & { readonly configuration: Configuration },
): Promise<readonly ContainerId[]> {
  const swept: ContainerId[] = [];
  for (const record of listRecords(options.configuration).filter((entry) => isAbandoned(entry))) {
    try {
      const runtime = await openRuntime({
        runtime: record.runtime,
        root: record.root,
        signal: options.signal,
      });
      if (!(await isAnothers(record, runtime)))
        await runtime.delete(record.id, { signal: options.signal, force: true });
      forget(record, options);
      swept.push(record.id);
    } catch (error) {
      options.signal?.throwIfAborted();
      log.warn("a container that a killed `ocilab run` left cannot be removed", {
        id: record.id,
        error: String(error),
      });
    }
  }
  return swept;
}

/** The id may have been given to another container since, which is not ours to delete. One that is broken is ours. */
async function isAnothers(record: ContainerRecord, runtime: Runtime): Promise<boolean> {
  const state = await runtime.find(record.id).catch(() => undefined);
  return state !== undefined && real(state.bundle) !== real(record.bundle);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** Remove record, log, exit code and temporary bundle of a container that is no more. Errors: those of removeBundle, and then the record stays. */
export function forget(
  record: ContainerRecord,
  { configuration }: { readonly configuration: Configuration },
): void {
  const bundle = resolve(record.bundle);
  if (record.temporary && dirname(bundle) === configuration.bundles) removeBundle(bundle);
  removeKeeperFiles(configuration, record.id);
  removeRecord(configuration, record.id);
}
