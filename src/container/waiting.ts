import { closeSync } from "node:fs";
import type { Cancel } from "../base/brand.ts";
import { errnoOf } from "../base/errors.ts";
import { pidfdOpen, whenProcessEnds } from "../linux/process.ts";
import type { ContainerId } from "../oci/spec.ts";
import { keeperKilled } from "./ended.ts";
import { findContainer, type Where } from "./find.ts";
import { strangersExit } from "./keeper/adoption.ts";
import { spectate } from "./keeper/attach.ts";
import { type ExitRecord, readExit } from "./keeper/exit-file.ts";
import { keeperFiles } from "./keeper/files.ts";
import { type ContainerRecord, readRecord } from "./records.ts";

/** How a container ended, and who says so. `exitCode` is null where nobody can say, and `why` says why. */
export type WaitResult = {
  readonly id: ContainerId;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** A file of ours, or what the kernel was asked by. */
  readonly source: string;
  readonly why: string | null;
};

/**
 * Wait until the first process of a container has ended. A detached container's keeper has its exit code; of another's process the kernel tells it to
 * strangers while nobody has reaped it, and from Linux 6.15 on also afterwards. Errors: "runtime.not-found", the signal's reason.
 */
export async function waitContainer(id: ContainerId, where: Where): Promise<WaitResult> {
  const record = readRecord(where.configuration, id);
  const kept = record?.keeper !== undefined && isHere(record, where);
  const told = kept ? await askKeeper(record, where) : undefined;
  if (told !== undefined) return told;
  const { state } = await findContainer(id, where);
  const pidfd = "pid" in state ? openOrGone(state.pid) : undefined;
  if (!("pid" in state) || pidfd === undefined)
    return unknown(
      id,
      kept
        ? keeperKilled
        : "its process is gone, and nobody has kept its exit code (`ocilab run --detach` does)",
    );
  try {
    await whenProcessEnds(pidfd, { signal: where.signal });
    const exit = await strangersExit(state.pid, pidfd);
    if (exit === undefined)
      return unknown(
        id,
        "its exit status is not ours to read: we are not its parent, and this kernel tells it to no one else",
      );
    return {
      id,
      exitCode: exit.exitCode,
      signal: exit.signal ?? null,
      source: `pidfd of ${state.pid}`,
      why: null,
    };
  } finally {
    closeSync(pidfd);
  }
}

function isHere({ root }: ContainerRecord, where: Where): boolean {
  return where.root === undefined || where.root === root;
}

/** Undefined when the keeper was killed: its container may go on. */
async function askKeeper(
  { id }: ContainerRecord,
  { configuration, signal }: Where,
): Promise<WaitResult | undefined> {
  const { exit: path, socket } = keeperFiles(configuration, id);
  const told = readExit(path) ?? (await toldBy(socket, { signal })) ?? readExit(path);
  return told && { id, exitCode: told.exitCode, signal: told.signal, source: path, why: told.why };
}

/** The keeper tells whoever is connected when the container ends. Undefined where there is no keeper to connect to, or it is killed. */
async function toldBy(socket: string, { signal }: Cancel): Promise<ExitRecord | undefined> {
  signal?.throwIfAborted();
  try {
    using spectating = await spectate(socket);
    signal?.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      return await Promise.race([spectating.ended, aborted.promise]);
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  } catch (error) {
    if (["ENOENT", "ECONNREFUSED"].includes(errnoOf(error) ?? "")) return undefined;
    throw error;
  }
}

function openOrGone(pid: number): number | undefined {
  try {
    return pidfdOpen(pid);
  } catch (error) {
    if (errnoOf(error) === "ESRCH") return undefined;
    throw error;
  }
}

function unknown(id: ContainerId, why: string): WaitResult {
  return { id, exitCode: null, signal: null, source: "", why };
}
