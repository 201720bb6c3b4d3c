import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { Cancel } from "../base/brand.ts";
import type { Configuration } from "../base/configuration.ts";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { ContainerId } from "../oci/spec.ts";
import type { ContainerState } from "../runtime/output.ts";
import type { OpenRuntimeOptions, Runtime } from "../runtime/runtime.ts";
import { knownRoots } from "../runtime/stale.ts";
import { type Ended, endedOf } from "./ended.ts";
import { openExplained } from "./explained.ts";
import { type ContainerRecord, listRecords, readRecord } from "./records.ts";
import { sweepAbandoned } from "./sweep.ts";

/** Which runtime and which root, as the user gave them; what is left out is found. */
export type Where = Cancel & {
  readonly configuration: Configuration;
  readonly runtime?: string | undefined;
  readonly root?: string | undefined;
  /** What stands before the verb in every call of the runtime. */
  readonly flags?: OpenRuntimeOptions["flags"];
};

export type FoundContainer = {
  readonly id: ContainerId;
  readonly runtime: Runtime;
  readonly state: ContainerState & Ended;
  /** Undefined for a container that ocilab did not make. */
  readonly record: ContainerRecord | undefined;
};

/**
 * Find a container by id: in the runtime and root that were given; else where its record says; else in the configured root, the
 * runtimes' own default roots and those of logged-in users. Errors: "runtime.not-found" with the ids that there are.
 */
export async function findContainer(id: ContainerId, where: Where): Promise<FoundContainer> {
  const runtime = await runtimeOf(id, where);
  const record = recordIn(runtime, id, where);
  const state = await runtime.state(id, { signal: where.signal }).catch((error: unknown) => {
    throw withCheckpoint(error, record);
  });
  return { id, runtime, state: withEnd(state, record, where), record };
}

/** A container that ended with its checkpoint is unknown to its runtime, and not lost. */
function withCheckpoint(error: unknown, record: ContainerRecord | undefined): unknown {
  const isUnknown = error instanceof OcilabError && error.code === "runtime.not-found";
  if (!isUnknown || record?.checkpoint === undefined) return error;
  const { code, doing, facts } = error;
  return new OcilabError(code, {
    doing,
    got: `it ended with its checkpoint, which is in ${quote(record.checkpoint)}`,
    hint: `\`ocilab restore ${record.id}\` makes it go on, \`ocilab delete ${record.id}\` forgets it; the checkpoint stays`,
    facts: { ...facts, checkpoint: record.checkpoint },
    cause: error,
  });
}

/** The runtime that has, or would have, the container of this id. Does not ask whether there is one. */
export async function runtimeOf(id: ContainerId, where: Where): Promise<Runtime> {
  const { configuration, signal, flags } = where;
  const { versions } = configuration;
  if (where.runtime !== undefined || where.root !== undefined) return openGiven(where);
  const record = readRecord(configuration, id);
  if (record !== undefined)
    return openExplained({ runtime: record.runtime, root: record.root, flags, versions, signal });
  const configured = await openGiven(where);
  if (existsSync(join(configured.root, id))) return configured;
  const root = knownRoots().find((place) => existsSync(join(place, id)));
  return root === undefined
    ? configured
    : openExplained({ runtime: basename(root), root, flags, versions, signal });
}

/** A container of a list: its state, and the runtime and root that have it. */
export type ListedContainer = ContainerState & Ended & { readonly runtime: string; readonly root: string };

/**
 * Every container of the runtime and root that were given; else of the configured root, of every recorded one and of the default
 * roots of the installed runtimes. What killed runs left is removed first. A runtime that is not installed, or cannot read its root, has none.
 */
export async function listContainers(where: Where): Promise<readonly ListedContainer[]> {
  const { configuration, signal } = where;
  await sweepAbandoned({ configuration, signal });
  if (where.runtime !== undefined || where.root !== undefined) return listOf(await openGiven(where), where);
  const known = configuration.moved ? [] : knownRoots().map((root) => ({ runtime: basename(root), root }));
  const recorded = listRecords(configuration).map(({ runtime, root }) => ({ runtime, root }));
  const places = [...new Map([...known, ...recorded].map((place) => [place.root, place])).values()];
  const configured = await openGiven(where);
  const lists = [await listOf(configured, where)];
  for (const place of places.filter(({ root }) => root !== configured.root)) {
    lists.push(await listAt(place, where));
  }
  return lists.flat();
}

function openGiven({ configuration, runtime, root, flags, signal }: Where): Promise<Runtime> {
  const { runtimeRoot, versions } = configuration;
  return openExplained({ runtime, root, flags, runtimeRoot, versions, signal });
}

async function listAt(
  place: { readonly runtime: string; readonly root: string },
  where: Where,
): Promise<readonly ListedContainer[]> {
  try {
    const { flags, signal, configuration } = where;
    const { versions } = configuration;
    return await listOf(await openExplained({ ...place, flags, versions, signal }), where);
  } catch (error) {
    if (error instanceof OcilabError) return [];
    throw error;
  }
}

async function listOf(
  runtime: Runtime,
  where: Pick<Where, "configuration" | "signal">,
): Promise<readonly ListedContainer[]> {
  const states = await runtime.list({ signal: where.signal });
  return states.map((state) => {
    const ended =
      state.status === "stopped" ? withEnd(state, recordIn(runtime, state.id, where), where) : state;
    return { ...ended, runtime: runtime.path, root: runtime.root };
  });
}

/** A record counts only when it speaks of this runtime's root. */
function recordIn(
  runtime: Runtime,
  id: ContainerId,
  { configuration }: Pick<Where, "configuration">,
): ContainerRecord | undefined {
  const record = readRecord(configuration, id);
  return record?.root === runtime.root ? record : undefined;
}

function withEnd(
  state: ContainerState,
  record: ContainerRecord | undefined,
  where: Pick<Where, "configuration">,
): ContainerState & Ended {
  return state.status === "stopped" ? { ...state, ...endedOf(record, where) } : state;
}
