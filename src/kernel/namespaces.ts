import type { NamespaceType } from "../oci/spec.ts";
import { ask } from "./asked.ts";
import { parseNamespaceLink } from "./parse/process-files.ts";
import { parseReading, readLinkFact, unread } from "./read.ts";
import type { KernelFiles, Reading } from "./reading.ts";
import type { NamespaceView, ProcessView } from "./view-type.ts";

/** The links of /proc/PID/ns by the names that the runtime specification uses (namespaces(7)). */
export const namespaceFiles = {
  mount: "mnt",
  pid: "pid",
  network: "net",
  uts: "uts",
  ipc: "ipc",
  user: "user",
  cgroup: "cgroup",
  time: "time",
} as const satisfies Record<NamespaceType, string>;

/** All eight namespaces of a process, beside those of the host and our own. */
export async function readNamespaces(
  files: KernelFiles,
  options: { readonly pid: number; readonly hostPid: number },
): Promise<ProcessView["namespaces"]> {
  const read = async (type: NamespaceType): Promise<NamespaceView> => {
    const inode = await readInode(files, `/proc/${options.pid}/ns/${namespaceFiles[type]}`);
    const own = await readInode(files, `/proc/self/ns/${namespaceFiles[type]}`);
    const first = await readInode(files, `/proc/${options.hostPid}/ns/${namespaceFiles[type]}`);
    const host = first.ok ? first : own;
    const relations = await readRelations(files, { type, path: inode.source });
    return { inode, host, own, sharedWithHost: same(inode, host), ...relations };
  };
  return {
    mount: await read("mount"),
    pid: await read("pid"),
    network: await read("network"),
    uts: await read("uts"),
    ipc: await read("ipc"),
    user: await read("user"),
    cgroup: await read("cgroup"),
    time: await read("time"),
  };
}

/** Where children of the process will be born. */
export async function readNamespacesForChildren(
  files: KernelFiles,
  pid: number,
): Promise<ProcessView["namespacesForChildren"]> {
  return {
    pid: await readInode(files, `/proc/${pid}/ns/pid_for_children`),
    time: await readInode(files, `/proc/${pid}/ns/time_for_children`),
  };
}

/** The kernel refuses to name a namespace that lies outside of our own user or pid namespace: that is a denied reading. */
async function readRelations(
  files: KernelFiles,
  { type, path }: { readonly type: NamespaceType; readonly path: string },
): Promise<Pick<NamespaceView, "owner" | "parent">> {
  const relation = async (which: "owner" | "parent", request: string): Promise<Reading<number>> => {
    const source = `${path} (${request})`;
    const reading = await ask(files, source, (calls) => calls.namespaceRelation(path, which));
    if (reading.ok || reading.reason !== "denied") return reading;
    return unread(
      source,
      "denied",
      "EPERM: it lies outside of our own namespace, or we may not look at the process",
    );
  };
  const owner = await relation("owner", "NS_GET_USERNS");
  if (type === "user" || type === "pid") return { owner, parent: await relation("parent", "NS_GET_PARENT") };
  const parent = unread(path, "absent", "only pid and user namespaces lie one in another");
  return { owner, parent };
}

async function readInode(files: KernelFiles, path: string): Promise<Reading<number>> {
  return parseReading(await readLinkFact(files, path), parseNamespaceLink);
}

function same(a: Reading<number>, b: Reading<number>): Reading<boolean> {
  const source = `${a.source} and ${b.source}`;
  if (!a.ok) return { ...a, source };
  if (!b.ok) return { ...b, source };
  return { source, ok: true, value: a.value === b.value };
}
