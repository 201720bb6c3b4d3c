import { good, linesOf, parseCount } from "./parse/parsed.ts";
import { parseStrings } from "./parse/process-files.ts";
import { parseStat } from "./parse/stat.ts";
import { attempt, readFact, readWhole, unread } from "./read.ts";
import type { KernelFiles, Reading } from "./reading.ts";
import { statusFacts } from "./status-facts.ts";
import type { MemberProcess } from "./view-parts.ts";
import type { HierarchyView } from "./view-type.ts";

/**
 * Every process of the cgroup and of those below it, by pid: from the v2 tree where the process has a cgroup of its own there, else from the v1
 * hierarchy that knows it best. One that ends meanwhile is left out.
 */
export async function readProcesses(
  files: KernelFiles,
  hierarchies: readonly HierarchyView[],
): Promise<Reading<readonly MemberProcess[]>> {
  const directory = memberDirectory(hierarchies);
  if (!directory.ok) return directory;
  const members = await readMembers(files, directory.value, "");
  if (!members.ok) return members;
  const found: MemberProcess[] = [];
  for (const { pid, cgroup } of members.value) {
    const one = await readMember(files, { pid, cgroup });
    if (one !== undefined) found.push(one);
  }
  return { source: members.source, ok: true, value: found.sort((a, b) => a.pid - b.pid) };
}

/** Where cgroup.procs is that tells the members: v2 unless the process is at its root, as on a hybrid host; then any v1 hierarchy but the root. */
export function memberDirectory(hierarchies: readonly HierarchyView[]): Reading<string> {
  const own = hierarchies.filter(({ path, directory }) => path !== "/" && directory.ok);
  const best =
    own.find(({ version }) => version === 2) ??
    own.find(({ controllers }) => controllers.includes("pids")) ??
    own[0];
  if (best !== undefined) return best.directory;
  return unread(
    "/proc/PID/cgroup",
    "absent",
    "it has no cgroup of its own that we can see: its processes cannot be told from others",
  );
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
