import { OcilabError } from "../base/errors.ts";
import { findContainer } from "../container/find.ts";
import { compareViews, type ViewComparison } from "../kernel/difference.ts";
import { viewHost } from "../kernel/host.ts";
import { findMembers } from "../kernel/processes.ts";
import type { Reading } from "../kernel/reading.ts";
import { type CgroupNode, type NamespaceTree, readCgroupTree, readNamespaceTree } from "../kernel/trees.ts";
import { findCgroup, readUsage } from "../kernel/usage.ts";
import { viewProcess } from "../kernel/view.ts";
import type { ProcessView } from "../kernel/view-type.ts";
import { parseContainerId } from "../oci/container-id.ts";
import type { Context } from "./command.ts";
import { processOf } from "./look.ts";
import { type UsageSample, usageLine, usagePicture } from "./render/usage.ts";
import { watch } from "./watch.ts";
import { whereOf } from "./where.ts";

/** What is looked at: a container by its id, a process by its number, or this machine. */
export type Subject =
  | { readonly kind: "container"; readonly id: string }
  | { readonly kind: "process"; readonly pid: number }
  | { readonly kind: "host" };

type Named = { readonly name: string; readonly pid: number };

/** What `inspect --diff` returns. */
export type DifferenceValue = ViewComparison & {
  readonly kind: "difference";
  readonly first: Named;
  readonly second: Named;
};

/** A cgroup hierarchy as `inspect --tree` draws it; `from` is the path of its top. */
export type DrawnHierarchy = {
  readonly version: 1 | 2;
  readonly controllers: readonly string[];
  readonly tree: Reading<CgroupNode>;
};

/** What `inspect --tree` returns. */
export type TreeValue = NamespaceTree & {
  readonly kind: "tree";
  readonly name: string;
  readonly hierarchies: readonly DrawnHierarchy[];
};

/** Two views side by side. The host is process 1, or our own process where that may not be read. Errors: as `viewProcess`. */
export async function inspectDifference(
  subjects: { readonly first: Subject; readonly second: Subject },
  context: Context,
): Promise<DifferenceValue> {
  const first = await viewOf(subjects.first, context);
  const second = await viewOf(subjects.second, context);
  return {
    kind: "difference",
    first: { name: first.name, pid: first.view.pid },
    second: { name: second.name, pid: second.view.pid },
    ...compareViews(first.view, second.view),
  };
}

async function viewOf(
  subject: Subject,
  context: Context,
): Promise<{ readonly name: string; readonly view: ProcessView }> {
  const { signal } = context;
  if (subject.kind !== "host") {
    const { name, pid } = await named(subject, context);
    return { name, view: await viewProcess(pid, { signal }) };
  }
  const view = await viewProcess(1, { signal });
  if (view.namespaces.mount.inode.ok) return { name: "host (process 1)", view };
  return { name: "host (our own process)", view: await viewProcess(process.pid, { signal }) };
}

async function named(subject: Exclude<Subject, { kind: "host" }>, context: Context): Promise<Named> {
  if (subject.kind === "process") return { name: `process ${subject.pid}`, pid: subject.pid };
  const { state } = await findContainer(parseContainerId(subject.id), whereOf(context));
  return { name: subject.id, pid: processOf(state).pid };
}

/** Namespaces and cgroups: of a container's processes, of one process, or of all. */
export async function inspectTree(subject: Subject, context: Context): Promise<TreeValue> {
  if (subject.kind === "host") {
    return {
      kind: "tree",
      name: "host",
      ...(await readNamespaceTree()),
      hierarchies: await hostHierarchies(context),
    };
  }
  const { name, pid } = await named(subject, context);
  const { hierarchies } = await viewProcess(pid, { signal: context.signal });
  const members = subject.kind === "container" ? await findMembers(pid) : undefined;
  const pids = members?.ok === true ? members.value.map((one) => one.pid) : [pid];
  const drawn: DrawnHierarchy[] = [];
  for (const { version, controllers, directory, path } of hierarchies) {
    // At the root of a v1 hierarchy there is all of the machine: nothing of the container.
    if (version === 1 && path === "/") continue;
    drawn.push({
      version,
      controllers,
      tree: directory.ok ? await readCgroupTree(directory.value) : directory,
    });
  }
  return { kind: "tree", name, ...(await readNamespaceTree(undefined, pids)), hierarchies: drawn };
}

async function hostHierarchies({ signal }: Context): Promise<readonly DrawnHierarchy[]> {
  const { hierarchies } = await viewHost({ signal });
  if (!hierarchies.ok) return [{ version: 2, controllers: [], tree: hierarchies }];
  const drawn: DrawnHierarchy[] = [];
  for (const { version, mountPoint, controllers } of hierarchies.value)
    drawn.push({
      version,
      controllers: controllers.ok ? controllers.value : [],
      tree: await readCgroupTree(mountPoint),
    });
  return drawn;
}

/** `inspect --watch`: what the cgroup uses, until its process ends. Errors: "kernel.no-process", "runtime.not-running". */
export async function watchUsage(
  subject: Subject,
  { context, interval }: { readonly context: Context; readonly interval: number },
): Promise<void> {
  const { name, pid } =
    subject.kind === "host" ? { name: "process 1", pid: 1 } : await named(subject, context);
  const place = await findCgroup(pid);
  if (!place.ok)
    throw new OcilabError("kernel.no-process", {
      doing: `watch ${name}`,
      got: `${place.source}: ${place.detail}`,
      facts: { pid },
    });
  const title = `${name} (process ${pid}), every ${interval / 1000} s`;
  const { terminal } = context;
  await watch<UsageSample>(
    {
      pid,
      interval,
      kept: 400,
      read: async () => ({
        at: performance.now(),
        time: new Date().toISOString(),
        usage: await readUsage(place.value),
      }),
      picture: (samples) => usagePicture(samples, { title, terminal }),
      text: usageLine,
      document: (samples) => ({ kind: "usage", name, pid, ...withoutClock(samples.at(-1)) }),
    },
    context,
  );
}

function withoutClock(sample: UsageSample | undefined): Omit<UsageSample, "at"> | undefined {
  return sample && { time: sample.time, usage: sample.usage };
}
