import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { OcilabError } from "../base/errors.ts";
import { nearest, quote } from "../base/text.ts";
import type { ContainerId } from "../oci/spec.ts";
import type { ContainerState } from "./output.ts";

/** What is asked of a root directory: which runtime's words to use and where it keeps state. */
export type Place = { readonly name: string; readonly root: string };

/** "runtime.not-found": with the nearest id, the ids in this root, and where else the id is found. */
export function notFound(
  doing: string,
  lookup: { id: ContainerId; place: Place; cause?: unknown },
): OcilabError {
  const { id, place } = lookup;
  const here = idsIn(place.root);
  const elsewhere = knownRoots().filter((root) => root !== place.root && idsIn(root).includes(id));
  return new OcilabError("runtime.not-found", {
    doing,
    got: isHalfMade(id, place.root)
      ? `${quote(join(place.root, id))} exists without a state: the runtime that made it was killed`
      : `${place.name} knows no container ${quote(id)} in ${quote(place.root)}`,
    hint: notFoundHint({ id, here, elsewhere, half: isHalfMade(id, place.root) }),
    facts: { id, root: place.root, ids: here, elsewhere },
    cause: lookup.cause,
  });
}

/** "runtime.exists": with the state, pid and age of the container that has the id. */
export function alreadyExists(
  doing: string,
  found: { state: ContainerState; place: Place; now: Date },
): OcilabError {
  const { state } = found;
  const pid = "pid" in state ? `, pid ${state.pid}` : "";
  const age = state.created === undefined ? "" : `, created ${ageOf(state.created, found.now)} ago`;
  const force = state.status === "stopped" ? "" : " --force";
  return new OcilabError("runtime.exists", {
    doing,
    got: `a container ${quote(state.id)} exists already: ${state.status}${pid}${age}, bundle ${quote(state.bundle)}`,
    hint: `ocilab delete${force} ${state.id}, or choose another id`,
    facts: { state, root: found.place.root },
  });
}

/** "runtime.exists" for a directory without a state in it. */
export function halfMade(doing: string, id: ContainerId, { root }: Place): OcilabError {
  return new OcilabError("runtime.exists", {
    doing,
    got: `${quote(join(root, id))} is there without a state in it: a runtime that was making it was killed, or is still at it`,
    hint: `ocilab delete --force ${id} removes it`,
    facts: { id, root },
  });
}

/** True when a killed runtime left the container's directory without a state in it. Only runc and crun's layouts are known. */
export function isHalfMade(id: ContainerId, root: string): boolean {
  const names = namesIn(join(root, id));
  return names !== undefined && !names.includes("state.json") && !names.includes("status");
}

/** False when no runtime has anything under this id in `root`: runc and crun keep a directory of this name, runsc files that begin with it. */
export function mayBeTaken(id: ContainerId, root: string): boolean {
  return isDirectory(join(root, id)) || sandboxed(root).includes(id);
}

/** A duration for people: the largest unit that fits. */
export function ageOf(created: string, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(created)) / 1000));
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
    ["second", 1],
  ] as const;
  const [name, size] = units.find(([, length]) => seconds >= length) ?? ["second", 1];
  const count = Math.floor(seconds / size);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

/** Directories in which runtimes of this machine keep containers: root's and those of logged-in users. */
export function knownRoots(): readonly string[] {
  const users = (namesIn("/run/user") ?? []).map((uid) => join("/run/user", uid));
  const own = process.env["XDG_RUNTIME_DIR"];
  const bases = [...new Set(["/run", ...users, ...(own ? [own] : [])])];
  return bases
    .flatMap((base) => ["runc", "crun", "runsc"].map((name) => join(base, name)))
    .filter((path) => isDirectory(path));
}

type NotFound = {
  readonly id: string;
  readonly here: readonly string[];
  readonly elsewhere: readonly string[];
  readonly half: boolean;
};

/** Pure: what to try when an id is unknown. */
export function notFoundHint({ id, here, elsewhere, half }: NotFound): string {
  if (half) return `ocilab delete --force ${id} removes the rest`;
  if (elsewhere[0] !== undefined)
    return `there is one in ${elsewhere.join(", ")}: give --root ${elsewhere[0]}`;
  const near = nearest(id, here);
  if (near !== undefined) return `did you mean ${near}?`;
  if (here.length === 0) return "there is no container here; `ocilab list` shows those of every known place";
  const shown = here.slice(0, 8).join(", ");
  return `there ${here.length === 1 ? "is" : "are"}: ${shown}${here.length > 8 ? `, … (${here.length})` : ""}`;
}

function idsIn(root: string): readonly string[] {
  const directories = (namesIn(root) ?? [])
    .filter((name) => !name.startsWith("."))
    .filter((name) => isDirectory(join(root, name)));
  return [...directories, ...sandboxed(root)];
}

/** The ids of gVisor's containers: each has a file ID_sandbox:SANDBOX.state. */
function sandboxed(root: string): readonly string[] {
  return (namesIn(root) ?? []).flatMap((name) => /^(.+)_sandbox:.+\.state$/.exec(name)?.[1] ?? []);
}

function namesIn(directory: string): readonly string[] | undefined {
  try {
    return readdirSync(directory);
  } catch {
    return undefined;
  }
}

/** Also false where we may not look: /run/user/UID is that user's alone. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}
