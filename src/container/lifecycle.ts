import { setTimeout as sleep } from "node:timers/promises";
import { readBundle } from "../bundle/read.ts";
import type { ContainerId } from "../oci/spec.ts";
import type { ContainerState } from "../runtime/output.ts";
import type { CreateOptions, Runtime } from "../runtime/runtime.ts";
import { openExplained } from "./explained.ts";
import { runtimeOf, type Where } from "./find.ts";
import { type ContainerRecord, isKept, readRecord, removeRecord, writeRecord } from "./records.ts";
import { forget, sweepAbandoned } from "./sweep.ts";

/** Create a container from a bundle's directory and remember where it is. Returns its state. Errors: those of readBundle and of Runtime.create. */
export async function createContainer(
  id: ContainerId,
  bundleDirectory: string,
  options: Where & { readonly create?: CreateOptions },
): Promise<ContainerState> {
  const { configuration, runtime: name, root, flags, signal } = options;
  const bundle = readBundle(bundleDirectory);
  const runtime = await openExplained({
    runtime: name,
    root,
    flags,
    runtimeRoot: configuration.runtimeRoot,
    signal,
  });
  await dropStaleRecord(id, runtime, options);
  const place = { runtime: runtime.path, root: runtime.root, bundle: bundle.path };
  writeRecord(configuration, { id, ...place, created: new Date().toISOString(), temporary: false });
  try {
    await runtime.create(id, bundle, { signal, ...options.create });
    return await runtime.state(id, { signal });
  } catch (error) {
    removeRecord(configuration, id);
    throw error;
  }
}

/**
 * Delete a container, its record, and its bundle if that was made for it alone. With `force` it is killed first, and one that does
 * not exist is no error. Errors: those of Runtime.delete.
 */
export async function deleteContainer(
  id: ContainerId,
  options: Where & { readonly force?: boolean },
): Promise<void> {
  const { configuration, signal } = options;
  if ((await sweepAbandoned({ configuration, signal })).includes(id)) return;
  const runtime = await runtimeOf(id, options);
  await runtime.delete(id, { signal, force: options.force ?? false });
  const record = readRecord(configuration, id);
  if (record?.root !== runtime.root) return;
  await untilKeeperEnds(record);
  forget(record, options);
}

/** It has still to write down how the container ended: what it writes is to be removed with the rest. One that hangs is not waited for. */
async function untilKeeperEnds(record: ContainerRecord): Promise<void> {
  for (let turn = 0; turn < 250 && isKept(record); turn++) await sleep(20);
}

/** A record whose container the runtime no longer knows (the machine was restarted, or it was deleted by hand) says nothing. */
async function dropStaleRecord(id: ContainerId, runtime: Runtime, options: Where): Promise<void> {
  const record = readRecord(options.configuration, id);
  if (record === undefined || record.root !== runtime.root) return;
  if ((await runtime.find(id, { signal: options.signal })) === undefined) forget(record, options);
}
