import { createHash } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { namesIn } from "../../base/directory.ts";
import { errnoOf } from "../../base/errors.ts";
import { makeStore } from "../../base/store.ts";
import { isDigest } from "../../oci/digest.ts";
import type { Digest } from "../../oci/image.ts";

/**
 * Note that the overlay which FILE describes needs snapshots: they stay for as long as FILE is there and has a field `chain` with their chain-ids,
 * mounted or not. FILE is absolute. Note it before FILE is in its place; what never comes there is forgotten.
 */
export function useSnapshots(snapshots: string, file: string): void {
  const uses = join(snapshots, "uses");
  makeStore(uses);
  const path = join(uses, `${createHash("sha256").update(file).digest("hex").slice(0, 32)}.json`);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify({ file })}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

/** Forget that FILE uses snapshots. */
export function forgetUse(snapshots: string, file: string): void {
  const name = createHash("sha256").update(file).digest("hex").slice(0, 32);
  rmSync(join(snapshots, "uses", `${name}.json`), { force: true });
}

/**
 * The chain-ids of all snapshots that something uses: noted overlays, and whatever overlay is mounted in any mount namespace of this machine with a
 * lower directory here, or has such a file beside its mount point. Notes of what is no more are removed.
 */
export function usedChainIds(snapshots: string): ReadonlySet<Digest> {
  const used = new Set<Digest>();
  const uses = join(snapshots, "uses");
  for (const name of namesIn(uses)) {
    const chain = chainIn(fileIn(join(uses, name)));
    if (chain === undefined) rmSync(join(uses, name), { force: true });
    for (const chainId of chain ?? []) used.add(chainId);
  }
  for (const pid of onePidANamespace()) {
    for (const chainId of usedByMounts(pid, snapshots)) used.add(chainId);
  }
  return used;
}

function usedByMounts(pid: string, snapshots: string): readonly Digest[] {
  const lines = textOf(`/proc/${pid}/mountinfo`).split("\n");
  return lines
    .filter((line) => line.includes(" - overlay "))
    .flatMap((line) => {
      const named = [...line.matchAll(/\/(sha\d+)-([0-9a-f]+)\/fs\b/g)].map(
        ([, kind, hex]) => `${kind}:${hex}`,
      );
      const point = unescapeField(line.split(" ")[4] ?? "");
      const beside = chainIn(`/proc/${pid}/root${join(dirname(point), "overlay/lower.json")}`, snapshots);
      return [...named.filter((text) => isDigest(text)), ...(beside ?? [])];
    });
}

/** Every mount namespace that a process is in. One whose processes we may not look into cannot be told. */
function onePidANamespace(): readonly string[] {
  const byNamespace = new Map<string, string>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      byNamespace.set(readlinkSync(`/proc/${pid}/ns/mnt`), pid);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
  }
  return [...byNamespace.values()];
}

/** The chain-ids in an overlay's description; undefined when there is none, or it is of another store. */
function chainIn(file: string, snapshots?: string): readonly Digest[] | undefined {
  const { chain, snapshots: store } = jsonIn(file);
  if (!Array.isArray(chain) || (snapshots !== undefined && store !== snapshots)) return undefined;
  return chain.filter((text): text is Digest => typeof text === "string" && isDigest(text));
}

function fileIn(note: string): string {
  const { file } = jsonIn(note);
  return typeof file === "string" ? file : "";
}

function jsonIn(file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(textOf(file));
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function textOf(file: string): string {
  try {
    return file === "" ? "" : readFileSync(file, "utf8");
  } catch (error) {
    if (errnoOf(error) !== undefined) return "";
    throw error;
  }
}

/** As the kernel writes mount points (proc_pid_mountinfo(5)). */
function unescapeField(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
