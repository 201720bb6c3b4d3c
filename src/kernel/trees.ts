import type { NamespaceType } from "../oci/spec.ts";
import { ask } from "./asked.ts";
import { kernelFiles } from "./files.ts";
import { namespaceFiles } from "./namespaces.ts";
import { good, linesOf } from "./parse/parsed.ts";
import { parseNamespaceLink } from "./parse/process-files.ts";
import { parseStat } from "./parse/stat.ts";
import { attempt, parseReading, readFact, readLinkFact } from "./read.ts";
import type { KernelFiles, Reading } from "./reading.ts";

/** One namespace of the machine and who is in it. */
export type NamespaceNode = {
  readonly type: NamespaceType;
  readonly inode: number;
  /** Inode of the user namespace that owns it; of a user namespace its parent. */
  readonly owner: Reading<number>;
  readonly processes: readonly { readonly pid: number; readonly command: string }[];
};

/** Every namespace in which a process lives that we may look at, by type and inode, and how many processes we may not look at. */
export type NamespaceTree = {
  readonly namespaces: readonly NamespaceNode[];
  /** Inodes of the namespaces of process 1, or of our own where those may not be read. */
  readonly host: readonly number[];
  readonly hidden: number;
};

/** Look at the namespaces of these processes, or of all that /proc lists. Those that end meanwhile are left out. */
export async function readNamespaceTree(
  files: KernelFiles = kernelFiles,
  only?: readonly number[],
): Promise<NamespaceTree> {
  const listed = only === undefined ? await files.list("/proc") : only.map(String);
  const found = new Map<
    string,
    { type: NamespaceType; inode: number; path: string; processes: { pid: number; command: string }[] }
  >();
  let hidden = 0;
  for (const name of listed.filter((one) => /^\d+$/.test(one))) {
    const stat = await readFact(files, `/proc/${name}/stat`, parseStat);
    if (!stat.ok) continue;
    let seen = false;
    for (const [type, file] of Object.entries(namespaceFiles) as [NamespaceType, string][]) {
      const path = `/proc/${name}/ns/${file}`;
      const inode = parseReading(await readLinkFact(files, path), parseNamespaceLink);
      if (!inode.ok) continue;
      seen = true;
      const key = `${type} ${inode.value}`;
      const node = found.get(key) ?? { type, inode: inode.value, path, processes: [] };
      node.processes.push({ pid: Number(name), command: stat.value.command });
      found.set(key, node);
    }
    if (!seen) hidden += 1;
  }
  const namespaces: NamespaceNode[] = [];
  for (const { path, ...node } of found.values()) {
    const owner = await ask(files, `${path} (NS_GET_USERNS)`, (calls) =>
      calls.namespaceRelation(path, "owner"),
    );
    namespaces.push({ ...node, owner });
  }
  return { namespaces, host: await readHost(files), hidden };
}

async function readHost(files: KernelFiles): Promise<readonly number[]> {
  const inodes: number[] = [];
  for (const file of Object.values(namespaceFiles)) {
    const first = parseReading(await readLinkFact(files, `/proc/1/ns/${file}`), parseNamespaceLink);
    const own = parseReading(await readLinkFact(files, `/proc/self/ns/${file}`), parseNamespaceLink);
    const inode = first.ok ? first : own;
    if (inode.ok) inodes.push(inode.value);
  }
  return inodes;
}

/** A directory of a cgroup tree. */
export type CgroupNode = {
  readonly name: string;
  readonly path: string;
  /** In it alone, not below. */
  readonly processes: readonly number[];
  readonly controllers: readonly string[];
  readonly children: readonly CgroupNode[];
};

/** A cgroup and all below it, from its directory. Directories that vanish meanwhile, or that we may not read, are left out. */
export async function readCgroupTree(
  directory: string,
  files: KernelFiles = kernelFiles,
): Promise<Reading<CgroupNode>> {
  const members = await readFact(files, `${directory}/cgroup.procs`, (text) =>
    good(linesOf(text).map(Number)),
  );
  if (!members.ok) return members;
  const controllers = await readFact(files, `${directory}/cgroup.controllers`, (text) =>
    good(text.trim().split(" ")),
  );
  const names = await attempt(directory, () => files.list(directory));
  const children: CgroupNode[] = [];
  for (const name of names.ok ? names.value : []) {
    const status = await attempt(directory, () => files.status(`${directory}/${name}`));
    if (!status.ok || status.value.kind !== "directory") continue;
    const child = await readCgroupTree(`${directory}/${name}`, files);
    if (child.ok) children.push(child.value);
  }
  return {
    source: members.source,
    ok: true,
    value: {
      name: directory.slice(directory.lastIndexOf("/") + 1),
      path: directory,
      processes: members.value,
      controllers: controllers.ok ? controllers.value.filter((one) => one !== "") : [],
      children,
    },
  };
}
