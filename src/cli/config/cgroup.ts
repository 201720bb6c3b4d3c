import { posix } from "node:path";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import type { ConfigWorld } from "./options.ts";

/** Docker's --cgroup-parent: the container's cgroup is named as the container, below it. Errors: "usage.bad-argument". */
export function cgroupPathOf(parent: string, { id }: Pick<ConfigWorld, "id">): string {
  const doing = `place the cgroup in ${quote(parent)}`;
  if (id === undefined)
    throw new OcilabError("usage.bad-argument", {
      doing,
      got: "a bundle has no container id yet, which is the cgroup's name",
      hint: `--cgroups-path ${posix.join("/", parent, "NAME")} says the whole path`,
    });
  if (parent === "" || parent.split("/").includes(".."))
    throw new OcilabError("usage.bad-argument", {
      doing,
      got: parent === "" ? "it is empty" : 'it has ".." in it',
      hint: "a path below the cgroup mount, as /lab/web",
    });
  return posix.join("/", parent, id);
}
