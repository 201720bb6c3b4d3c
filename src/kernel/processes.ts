import { cgroupDirectory } from "./cgroups.ts";
import { kernelFiles } from "./files.ts";
import { parseCgroupFile } from "./parse/cgroup.ts";
import { parseMountinfo } from "./parse/mountinfo.ts";
import { good, linesOf, parseCount } from "./parse/parsed.ts";
import { parseStrings } from "./parse/process-files.ts";
import { parseStat } from "./parse/stat.ts";
import { attempt, readFact, readLinkFact, readWhole, unread } from "./read.ts";
import type { KernelFiles, Reading } from "./reading.ts";
import { statusFacts } from "./status-facts.ts";
import type { MemberProcess } from "./view-parts.ts";
import type { HierarchyView } from "./view-type.ts";

/**
 * Every process of the cgroup and of those below it, by pid: from the v2 tree where the process has a cgroup of its own there, else from the v1
 * hierarchy of the pids controller or another. A process that has no cgroup of its own is asked for those of its pid namespace. One that ends
 * meanwhile is left out.
 */
export async function readProcesses(
  files: KernelFiles,
  { pid, hierarchies }: { readonly pid: number; readonly hierarchies: readonly Placed[] },
): Promise<Reading<readonly MemberProcess[]>> {
  const directory = memberDirectory(hierarchies);
  const members =
    directory === undefined ? await readNeighbours(files, pid) : await readMembers(files, directory, "");
  if (!members.ok) return members;
  const found: MemberProcess[] = [];
  for (const member of members.value) {
    const one = await readMember(files, member);
    if (one !== undefined) found.push(one);
  }
  return { source: members.source, ok: true, value: found.sort((a, b) => a.pid - b.pid) };
}

/** The same from the pid alone, without a whole view. Never rejects. */
export async function findMembers(
  pid: number,
  files: KernelFiles = kernelFiles,
): Promise<Reading<readonly MemberProcess[]>> {
  const entries = await readFact(files, `/proc/${pid}/cgroup`, parseCgroupFile);
  if (!entries.ok) return entries;
  const mounts = await readFact(files, "/proc/self/mountinfo", parseMountinfo);
  if (!mounts.ok) return mounts;
  const hierarchies = entries.value.map((entry) => ({
    ...entry,
    directory: cgroupDirectory(entry, mounts.value),
  }));
  return readProcesses(files, { pid, hierarchies });
}

type Placed = Pick<HierarchyView, "version" | "controllers" | "path" | "directory">;

/** Where cgroup.procs is that tells the members: v2 unless the process is at its root, as on a hybrid host; then a v1 hierarchy but at its root. */
function memberDirectory(hierarchies: readonly Placed[]): string | undefined {
  const own = hierarchies.filter(({ path, directory }) => path !== "/" && directory.ok);
  const best =
    own.find(({ version }) => version === 2) ??
    own.find(({ controllers }) => controllers.includes("pids")) ??
    own[0];
  return best?.directory.ok === true ? best.directory.value : undefined;
}

/** The processes that share the pid namespace of one that is not in ours. */
async function readNeighbours(files: KernelFiles, pid: number): Promise<Reading<readonly Member[]>> {
  const own = await readLinkFact(files, "/proc/self/ns/pid");
  const wanted = await readLinkFact(files, `/proc/${pid}/ns/pid`);
  if (!wanted.ok) return wanted;
  if (own.ok && own.value === wanted.value)
    return unread(wanted.source, "absent", "it has neither a cgroup nor a pid namespace of its own");
  const names = await attempt("/proc", () => files.list("/proc"));
  const found: Member[] = [];
  for (const name of (names.ok ? names.value : []).filter((one) => /^\d+$/.test(one))) {
    const link = await readLinkFact(files, `/proc/${name}/ns/pid`);
    if (link.ok && link.value === wanted.value) found.push({ pid: Number(name), cgroup: "" });
  }
  return { source: "/proc/*/ns/pid", ok: true, value: found };
}

type Member = { readonly pid: number; readonly cgroup: string };

async function readMembers(
  files: KernelFiles,
  directory: string,
  below: string,
): Promise<Reading<readonly Member[]>> {
  const path = `${directory}${below}`;
  const own = await readFact(files, `${path}/cgroup.procs`, (text) => good(linesOf(text)));
  if (!own.ok) return own;
  const pids = own.value.flatMap((line) => {
    const pid = parseCount(line);
    return pid.ok && pid.value > 0 ? [{ pid: pid.value, cgroup: below }] : [];
  });
  const names = await attempt(path, () => files.list(path));
  const deeper: Member[] = [];
  for (const name of names.ok ? names.value : []) {
    // Files of a cgroup have a dot in their names but for tasks, notify_on_release and release_agent; directories are asked.
    const status =
      name.includes(".") && !/\.(scope|slice|service)$/.test(name)
        ? undefined
        : await attempt(path, () => files.status(`${path}/${name}`));
    if (status?.ok !== true || status.value.kind !== "directory") continue;
    const inner = await readMembers(files, directory, `${below}/${name}`);
    if (inner.ok) deeper.push(...inner.value);
  }
  return { source: own.source, ok: true, value: [...pids, ...deeper] };
}

const page = 4096;

async function readMember(files: KernelFiles, { pid, cgroup }: Member): Promise<MemberProcess | undefined> {
  const at = `/proc/${pid}`;
  const stat = await readFact(files, `${at}/stat`, parseStat);
  if (!stat.ok) return undefined;
  const { pids, credentials } = statusFacts(await readWhole(files, `${at}/status`));
  const args = await readFact(files, `${at}/cmdline`, (text) => good(parseStrings(text)));
  const { uids } = credentials.user;
  const { command, state, parent, threads, startTime, cpuTicks, residentPages } = stat.value;
  return {
    pid,
    parent,
    pids: pids.ok ? pids.value : [pid],
    user: uids.ok ? uids.value.effective : -1,
    state,
    command,
    args: args.ok ? args.value : [],
    threads,
    startTime,
    cpuTicks,
    memory: Number(residentPages) * page,
    cgroup,
  };
}
