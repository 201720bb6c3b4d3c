import { setTimeout as sleep } from "node:timers/promises";
import type { Cancel } from "../base/brand.ts";
import { readBundle, readWithoutRootfs } from "../bundle/read.ts";
import type { ContainerId } from "../oci/spec.ts";
import { endStrays, leftCgroups, removeCgroups } from "../runtime/leftovers.ts";
import type { ContainerState } from "../runtime/output.ts";
import type { CreateOptions, Runtime } from "../runtime/runtime.ts";
import { openExplained } from "./explained.ts";
import { runtimeOf, type Where } from "./find.ts";
import { seeingHooks } from "./hooks/hooks.ts";
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
  const { runtimeRoot, versions } = configuration;
  const runtime = await openExplained({ runtime: name, root, flags, runtimeRoot, versions, signal });
  await dropStaleRecord(id, runtime, options);
  const place = { runtime: runtime.path, root: runtime.root, bundle: bundle.path };
  writeRecord(configuration, { id, ...place, created: new Date().toISOString(), temporary: false });
  try {
    const scene = { phase: "create", configuration, runtime, id, hooks: bundle.spec.hooks } as const;
    await seeingHooks(scene, () => runtime.create(id, bundle, { signal, ...options.create }));
    return await runtime.state(id, { signal });
  } catch (error) {
    removeRecord(configuration, id);
    throw error;
  }
}

/**
 * Delete a container, its record, and its bundle if that was made for it alone. With `force` it is killed first, one that does not exist is
 * no error, and what a killed runtime has left of it goes too: its directory without a state, its empty cgroups. Errors: those of Runtime.delete.
 */
export async function deleteContainer(
  id: ContainerId,
  options: Where & { readonly force?: boolean },
): Promise<void> {
  const { configuration, signal } = options;
  if ((await sweepAbandoned({ configuration, signal })).includes(id)) return;
  const runtime = await runtimeOf(id, options);
  const record = readRecord(configuration, id);
  if (!(await isCheckpointed(record, runtime))) await deleteOnce(id, { ...options, runtime });
  if (options.force === true || record?.restored === true) {
    const left = leftCgroups(id, cgroupsPathOf(record));
    if (options.force === true) endStrays(left, { id, root: runtime.root });
    await removeCgroups(left);
  }
  if (record?.root !== runtime.root) return;
  await untilKeeperEnds(record);
  forget(record, options);
}

/** It ended with its checkpoint, and the runtime knows it no more. */
async function isCheckpointed(record: ContainerRecord | undefined, runtime: Runtime): Promise<boolean> {
  if (record?.checkpoint === undefined || record.root !== runtime.root) return false;
  return (await runtime.find(record.id)) === undefined;
}

type Deletion = Cancel & { readonly force?: boolean; readonly runtime: Runtime };

/** With `force` somebody else who deletes it meanwhile (its keeper, another `delete`) makes no error: it is gone, as was wanted. */
async function deleteOnce(id: ContainerId, { force = false, runtime, signal }: Deletion): Promise<void> {
  try {
    await runtime.delete(id, { signal, force });
  } catch (error) {
    if (!force || signal?.aborted === true) throw error;
    await sleep(100);
    await runtime.delete(id, { signal, force });
  }
}

/** As its config asks, where that can still be read. */
function cgroupsPathOf(record: ContainerRecord | undefined): string | undefined {
  try {
    return record === undefined ? undefined : readWithoutRootfs(record.bundle).spec.linux?.cgroupsPath;
  } catch {
    return undefined;
  }
}

/** It has still to write down how the container ended: what it writes is to be removed with the rest. One that hangs is not waited for. */
export async function untilKeeperEnds(record: ContainerRecord): Promise<void> {
  for (let turn = 0; turn < 250 && isKept(record); turn++) await sleep(20);
}

/**
 * Forget a record whose container the runtime no longer knows (the machine was restarted, or it was deleted by hand): it says nothing. One that was
 * checkpointed is wanted still.
 */
export async function dropStaleRecord(id: ContainerId, runtime: Runtime, options: Where): Promise<void> {
  const record = readRecord(options.configuration, id);
  if (record === undefined || record.root !== runtime.root || record.checkpoint !== undefined) return;
  if ((await runtime.find(id, { signal: options.signal })) === undefined) forget(record, options);
}
