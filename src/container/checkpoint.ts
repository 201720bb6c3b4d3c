import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import { readBundle } from "../bundle/read.ts";
import type { ContainerId } from "../oci/spec.ts";
import type { CheckpointFlags } from "../runtime/argv-checkpoint.ts";
import type { RestoreOptions, Runtime } from "../runtime/runtime.ts";
import { findContainer, runtimeOf, type Where } from "./find.ts";
import { defaultLogLimit } from "./keeper/log-file.ts";
import { startKeeper } from "./keeper/start.ts";
import { dropStaleRecord, untilKeeperEnds } from "./lifecycle.ts";
import { type ContainerRecord, readRecord, removeRecord, replaceRecord, writeRecord } from "./records.ts";

/**
 * Save a container's processes in files. They end with it unless it is to go on; its record and its bundle, whose files they go on with, then stay for
 * `restoreContainer`, and the record names the images. Errors: "container.temporary", those of Runtime.checkpoint; then it runs as before.
 */
export async function checkpointContainer(
  id: ContainerId,
  options: Where & { readonly checkpoint: CheckpointFlags },
): Promise<void> {
  const { configuration, signal, checkpoint } = options;
  const { runtime, record } = await findContainer(id, options);
  const ends = checkpoint.leaveRunning !== true && checkpoint.preDump !== true;
  if (ends && record !== undefined) refuseTemporary(record);
  await runtime.checkpoint(id, { signal, ...checkpoint });
  if (!ends || record === undefined) return;
  replaceRecord(configuration, { ...record, checkpoint: checkpoint.imagePath });
  await untilKeeperEnds(record);
}

export type Restoring = Where & {
  /** Default: the bundle of the container of this id that was checkpointed, else the current directory. */
  readonly bundle?: string | undefined;
  /** `imagePath`: default as for the bundle, else "checkpoint" in the current directory. */
  readonly restore: Omit<RestoreOptions, "imagePath"> & { readonly imagePath?: string | undefined };
  /** Have a process of its own hold its streams and write down how it ends. One that was kept when it was checkpointed is kept again. */
  readonly kept?: boolean | undefined;
};

/**
 * Make a container of processes that a checkpoint has saved, and remember where it is. Returns where the images were. Errors: those of
 * readBundle and of Runtime.restore; then all is as it was before.
 */
export async function restoreContainer(
  id: ContainerId,
  options: Restoring,
): Promise<{ readonly imagePath: string }> {
  const { configuration, signal } = options;
  const known = readRecord(configuration, id);
  const saved = known?.checkpoint === undefined ? undefined : known;
  const given = options.bundle === undefined ? undefined : real(options.bundle);
  const before = given === undefined || given === real(saved?.bundle ?? "") ? saved : undefined;
  const bundle = readBundle(given ?? before?.bundle ?? ".");
  const imagePath = options.restore.imagePath ?? before?.checkpoint ?? resolve("checkpoint");
  const runtime = await runtimeOf(id, options);
  if (before === undefined) await dropStaleRecord(id, runtime, options);
  const { runtime: path, root } = { runtime: runtime.path, root: runtime.root };
  const now = new Date().toISOString();
  const record: ContainerRecord = before ?? {
    ...{ id, runtime: path, root, bundle: bundle.path, created: now, temporary: false },
  };
  if (before === undefined) writeRecord(configuration, record);
  const restore = { ...options.restore, imagePath };
  try {
    if (options.kept === true || before?.keeper !== undefined) await keep(record, { options, restore });
    else {
      await runtime.restore(id, bundle, { signal, ...restore });
      replaceRecord(configuration, running(record, runtime));
    }
  } catch (error) {
    if (before === undefined) removeRecord(configuration, id);
    throw error;
  }
  return { imagePath };
}

/** The record of a container that runs again. */
function running(
  { checkpoint: _, keeper: __, ...record }: ContainerRecord,
  { path, root }: Pick<Runtime, "path" | "root">,
): ContainerRecord {
  return { ...record, runtime: path, root, restored: true };
}

type Keeping = { readonly options: Restoring; readonly restore: RestoreOptions };

async function keep(record: ContainerRecord, { options, restore }: Keeping): Promise<void> {
  const { configuration, flags = {}, signal } = options;
  const { signal: _, stdin: __, stdout: ___, stderr: ____, ...wished } = restore;
  const { spec } = readBundle(record.bundle);
  const keeper = await startKeeper(
    {
      ...{ kind: "create", configuration, record, spec, flags, create: {}, restore: wished },
      ...{ input: false, remove: false, logLimit: defaultLogLimit },
    },
    { signal },
  );
  await keeper.go();
}

/** Its bundle goes with the container's end, and that is what a checkpoint is. */
function refuseTemporary({ id, owner, remove, temporary }: ContainerRecord): void {
  if (!temporary || (owner === undefined && remove !== true)) return;
  throw new OcilabError("container.temporary", {
    doing: `checkpoint container ${quote(id)}`,
    got: `its bundle is removed when it ends (${owner === undefined ? "--rm" : "`ocilab run` waits for it"}), and a checkpoint goes on with the files in it`,
    hint: "run it with --detach and without --rm, from a bundle that you made, or save it with --leave-running",
    facts: { id },
  });
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
