import { existsSync, linkSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Configuration } from "../base/configuration.ts";
import { namesIn } from "../base/directory.ts";
import { errnoOf, OcilabError } from "../base/errors.ts";
import { makeStore } from "../base/store.ts";
import { startTime } from "../base/temporary.ts";
import { quote } from "../base/text.ts";
import { parseContainerId } from "../oci/container-id.ts";
import type { ContainerId } from "../oci/spec.ts";
import { removeHookTraces } from "./hooks/traces.ts";

/** What ocilab remembers of a container: by which runtime it lives, and in which root. */
export type ContainerRecord = {
  readonly id: ContainerId;
  /** Absolute path of the runtime's program. */
  readonly runtime: string;
  /** The runtime's state directory. */
  readonly root: string;
  /** The bundle's directory. */
  readonly bundle: string;
  /** RFC 3339, UTC. */
  readonly created: string;
  /** True when the bundle was made for this container and goes with it. */
  readonly temporary: boolean;
  /** The `ocilab run` that owns it: when that process is gone, the container is left over. */
  readonly owner?: Owner;
  /** The process that keeps a detached container (keeper/): it holds the streams and writes the exit code down. */
  readonly keeper?: Owner;
  /** True when its keeper removes it, and a temporary bundle, when it has ended. */
  readonly remove?: boolean;
  /** Where the images are of the checkpoint that it ended with: its runtime knows it no more, and `restore` makes it anew. */
  readonly checkpoint?: string;
  /** True of one that `restore` made: criu has made its cgroups, and a runtime may leave some (crun on a hybrid host). */
  readonly restored?: boolean;
  /** The limits that `ocilab update` has asked for since, on top of config.json's: a JSON text, as `parseResources` reads it. */
  readonly updated?: string;
};

/** A process for good: a pid means something only in its pid namespace, and only together with its start time (proc_pid_stat(5)). */
export type Owner = { readonly pid: number; readonly startTime: string; readonly namespace: string };

/** This process. */
export function thisProcess(): Owner {
  return {
    pid: process.pid,
    startTime: startTime(process.pid),
    namespace: readlinkSync("/proc/self/ns/pid"),
  };
}

/** Write HOME/containers/ID.json, whole or not at all. Errors: "container.record-exists"; nothing is ever overwritten. */
export function writeRecord({ containers }: Configuration, record: ContainerRecord): void {
  makeStore(containers);
  const draft = draftOf(containers, record);
  try {
    writeFileSync(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
    linkSync(draft, join(containers, `${record.id}.json`));
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    throw new OcilabError("container.record-exists", {
      doing: `create container ${quote(record.id)}`,
      got: `${quote(join(containers, `${record.id}.json`))} says that there is one already`,
      hint: `ocilab delete --force ${record.id}, or choose another id`,
      cause: error,
    });
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Write what the record of a container says now over what it said, whole or not at all. One that is gone meanwhile stays gone: the
 * container was deleted.
 */
export function replaceRecord({ containers }: Configuration, record: ContainerRecord): void {
  const path = join(containers, `${record.id}.json`);
  const draft = draftOf(containers, record);
  try {
    writeFileSync(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
    if (existsSync(path)) renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

function draftOf(containers: string, { created }: ContainerRecord): string {
  return join(containers, `.${process.pid}-${startTime(process.pid)}-${created.replaceAll(":", "")}`);
}

/** The record of a container, undefined when there is none. Errors: "container.bad-record". */
export function readRecord({ containers }: Configuration, id: ContainerId): ContainerRecord | undefined {
  const path = join(containers, `${id}.json`);
  try {
    const record = parseRecord(JSON.parse(readFileSync(path, "utf8")));
    if (record.id !== id) throw new TypeError(`it is about ${quote(record.id)}`);
    return record;
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENAMETOOLONG") return undefined;
    throw new OcilabError("container.bad-record", {
      doing: `read ${quote(path)}`,
      got: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
}

/** Every readable record, by id. One that cannot be understood is left out: its container is still found in the runtime's root. */
export function listRecords(configuration: Configuration): readonly ContainerRecord[] {
  return namesIn(configuration.containers)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      try {
        const record = readRecord(configuration, parseContainerId(name.slice(0, -".json".length)));
        return record === undefined ? [] : [record];
      } catch {
        return [];
      }
    });
}

/** Remove the record, and what was seen of its hooks; one that does not exist is no error. */
export function removeRecord(configuration: Configuration, id: ContainerId): void {
  removeHookTraces(configuration, id);
  rmSync(join(configuration.containers, `${id}.json`), { force: true });
}

/** True when the `ocilab run` that made the container no longer lives. One of another pid namespace is not ours to judge. */
export function isAbandoned({ owner }: ContainerRecord): boolean {
  if (owner === undefined || owner.namespace !== readlinkSync("/proc/self/ns/pid")) return false;
  return startTime(owner.pid) !== owner.startTime;
}

/** True while the container's keeper runs, and where it is of another pid namespace and may. */
export function isKept({ keeper }: Pick<ContainerRecord, "keeper">): boolean {
  if (keeper === undefined) return false;
  if (keeper.namespace !== readlinkSync("/proc/self/ns/pid")) return true;
  return startTime(keeper.pid) === keeper.startTime && !isZombie(keeper.pid);
}

/** It has ended, and whoever should has not reaped it yet (proc_pid_stat(5), field 3). */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

function parseRecord(value: unknown): ContainerRecord {
  if (typeof value !== "object" || value === null) throw new TypeError("it is not a JSON object");
  const entry = value as Readonly<Record<string, unknown>>;
  const text = (name: string): string => {
    const found = entry[name];
    if (typeof found !== "string") throw new TypeError(`${name} is missing`);
    return found;
  };
  const record = {
    runtime: text("runtime"),
    root: text("root"),
    bundle: text("bundle"),
    created: text("created"),
  };
  const owner = parseOwner(entry["owner"]);
  const keeper = parseOwner(entry["keeper"]);
  return {
    id: parseContainerId(text("id")),
    ...record,
    temporary: entry["temporary"] === true,
    ...(owner === undefined ? {} : { owner }),
    ...(keeper === undefined ? {} : { keeper }),
    ...(entry["remove"] === true ? { remove: true } : {}),
    ...(entry["restored"] === true ? { restored: true } : {}),
    ...(entry["checkpoint"] === undefined ? {} : { checkpoint: text("checkpoint") }),
    ...(entry["updated"] === undefined ? {} : { updated: text("updated") }),
  };
}

function parseOwner(value: unknown): ContainerRecord["owner"] {
  if (typeof value !== "object" || value === null) return undefined;
  const { pid, startTime: started, namespace } = value as Readonly<Record<string, unknown>>;
  if (typeof pid !== "number" || typeof started !== "string" || typeof namespace !== "string")
    return undefined;
  return { pid, startTime: started, namespace };
}
