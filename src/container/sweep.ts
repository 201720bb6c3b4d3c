import { rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Cancel } from "../base/brand.ts";
import type { Configuration } from "../base/configuration.ts";
import { log } from "../base/log.ts";
import type { ContainerId } from "../oci/spec.ts";
import { openRuntime } from "../runtime/runtime.ts";
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

/** Remove record and temporary bundle of a container that is no more. */
export function forget(
  record: ContainerRecord,
  { configuration }: { readonly configuration: Configuration },
): void {
  if (record.temporary && dirname(record.bundle) === configuration.bundles) {
    rmSync(record.bundle, { recursive: true, force: true });
  }
  removeRecord(configuration, record.id);
}
