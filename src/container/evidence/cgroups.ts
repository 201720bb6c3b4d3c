import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { isHybridHost } from "../../runtime/hybrid.ts";
import type { Evidence, Gathered, Scene } from "./evidence.ts";

const mount = "/sys/fs/cgroup";

/** One cgroup on the way down to the container's. */
export type Level = {
  readonly path: string;
  readonly owner: number;
  readonly controllers: readonly string[];
  readonly handedDown: readonly string[];
  readonly type: string;
  readonly processes: number;
};

/** Every cgroup on the way to the container's: what it has, what it hands down, whose it is and how many processes sit in it. */
export function cgroupEvidence(scene: Scene): Gathered {
  return { evidence: isUnified() ? levelsOf(scene).map(say) : [legacy()] };
}

/** The same, and which of them is the first that does not hand the controller down. */
export function controllerEvidence(scene: Scene): Gathered {
  if (!isUnified()) return { evidence: [legacy()] };
  const levels = levelsOf(scene);
  const controller = scene.found["controller"];
  const wrong = controller === undefined ? undefined : firstLacking(levels, controller);
  return {
    evidence: [...levels.map(say), ...(wrong === undefined ? [] : [wrong.evidence])],
    hint: wrong?.hint,
  };
}

/** Pure: the first level, from the top, that lacks a controller or does not hand it down. */
export function firstLacking(
  levels: readonly Level[],
  controller: string,
): { readonly evidence: Evidence; readonly hint: string } | undefined {
  const [top] = levels;
  if (top !== undefined && !top.controllers.includes(controller)) {
    const says = `lacks ${controller}: the kernel does not have it, or a cgroup v1 hierarchy has taken it`;
    return {
      evidence: { source: join(top.path, "cgroup.controllers"), says },
      hint: "see /proc/cgroups and `ocilab inspect host`",
    };
  }
  const level = levels.find(({ handedDown }) => !handedDown.includes(controller));
  if (level === undefined) return undefined;
  const file = join(level.path, "cgroup.subtree_control");
  return {
    evidence: { source: file, says: `lacks ${controller}: no cgroup below has it` },
    hint: `as root: echo +${controller} > ${file}`,
  };
}

/** The levels from the top to the nearest that exists above the container's cgroup, which is gone when create has failed. */
function levelsOf({ bundle, found, id }: Scene): readonly Level[] {
  const asked = bundle?.spec.linux?.cgroupsPath ?? id;
  const named = found["path"];
  const wanted =
    named?.startsWith(mount) === true ? named : join(mount, asked.startsWith("/") ? asked : `/${asked}`);
  const last = existingAbove(wanted === mount ? mount : dirname(wanted));
  const names = last.slice(mount.length).split("/").filter(Boolean);
  const paths = names.map((_, index) => join(mount, ...names.slice(0, index + 1)));
  return [mount, ...paths].map(readLevel);
}

function existingAbove(path: string): string {
  return !path.startsWith(`${mount}/`) || existsSync(join(path, "cgroup.procs"))
    ? path
    : existingAbove(dirname(path));
}

function readLevel(path: string): Level {
  const words = (name: string): readonly string[] => readText(join(path, name)).split(/\s+/).filter(Boolean);
  return {
    path,
    owner: statSync(path).uid,
    controllers: words("cgroup.controllers"),
    handedDown: words("cgroup.subtree_control"),
    type: words("cgroup.type").join(" ") || "root",
    processes: words("cgroup.procs").length,
  };
}

function say({ path, owner, controllers, handedDown, type, processes }: Level): Evidence {
  const has = `has ${controllers.join(" ") || "no controllers"}, hands down ${handedDown.join(" ") || "none"}`;
  return { source: path, says: `${has}; type ${type}, uid ${owner}, ${processes} processes in it` };
}

function legacy(): Evidence {
  const also = isHybridHost() ? ", with a cgroup2 tree beside them (hybrid)" : "";
  return { source: mount, says: `controllers are bound to cgroup v1 hierarchies here${also}` };
}

function isUnified(): boolean {
  return existsSync(join(mount, "cgroup.controllers"));
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
