import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import { findContainer } from "../container/find.ts";
import { findMembers } from "../kernel/processes.ts";
import type { MemberProcess } from "../kernel/view-parts.ts";
import { parseContainerId } from "../oci/container-id.ts";
import type { Context } from "./command.ts";
import { processOf } from "./look.ts";
import { whereOf } from "./where.ts";

/** The processes of a container, found by its cgroup. Errors: "runtime.not-found", "runtime.not-running", "kernel.unreadable". */
export async function containerMembers(
  id: string,
  context: Context,
): Promise<{ readonly pid: number; readonly members: readonly MemberProcess[] }> {
  const { state } = await findContainer(parseContainerId(id), whereOf(context));
  const { pid } = processOf(state);
  return { pid, members: await membersOf(id, pid) };
}

/** Those of the cgroup that `pid` is in, now. */
export async function membersOf(id: string, pid: number): Promise<readonly MemberProcess[]> {
  const members = await findMembers(pid);
  if (members.ok) return members.value;
  throw new OcilabError("kernel.unreadable", {
    doing: `read the processes of container ${quote(id)}`,
    got: `${members.source}: ${members.detail}`,
    facts: { id, pid },
  });
}
