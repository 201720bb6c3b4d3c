import { OcilabError } from "../../base/errors.ts";
import type { ConfigValues } from "./flags.ts";

/** Flags of which one would silently undo another. `when` is true for a command line that has both. */
const conflicts: readonly {
  readonly when: (flags: ConfigValues) => boolean;
  readonly got: string;
  readonly hint: string;
}[] = [
  {
    when: ({ cpus, "cpu-period": period, "cpu-quota": quota }) =>
      cpus !== undefined && (period !== undefined || quota !== undefined),
    got: "--cpus is a quota and a period, and one of --cpu-quota and --cpu-period is given too",
    hint: "give --cpus, or the other two",
  },
  {
    when: ({ hostname, domainname, uts }) =>
      isShared(uts) && (hostname !== undefined || domainname !== undefined),
    got: "--hostname and --domainname would rename another than the container: --uts shares its names",
    hint: "leave out --uts, or the names",
  },
  {
    when: ({ ipc, "shm-size": size }) => size !== undefined && (ipc === "host" || ipc === "none"),
    got: "--shm-size has nothing to act on: the container has no /dev/shm of its own with that --ipc",
    hint: "leave out one of them",
  },
  {
    when: ({ userns, uidmap, gidmap }) =>
      uidmap.length + gidmap.length > 0 && (userns === "host" || isShared(userns)),
    got: "--uidmap and --gidmap make a user namespace, and --userns names another",
    hint: "leave out --userns, or the maps",
  },
  {
    when: ({ userns, uidmap, gidmap }) => userns === "private" && uidmap.length + gidmap.length === 0,
    got: "a private user namespace needs ids to map",
    hint: "add --uidmap 0:100000:65536, with ids that /etc/subuid gives you",
  },
  {
    when: (flags) => flags["cgroup-parent"] !== undefined && flags["cgroups-path"] !== undefined,
    got: "--cgroup-parent and --cgroups-path both say where the cgroup is",
    hint: "--cgroups-path is the cgroup itself, --cgroup-parent the one above it: give one of them",
  },
  {
    when: (flags) =>
      flags["time-offset"].length > 0 &&
      flags.namespace.some((text) => /^time=(host|\/|container:)/.test(text)),
    got: "--time-offset needs a new time namespace, and --namespace names another",
    hint: "leave out one of them",
  },
];

/** Refuse flags of which one undoes another. Errors: "usage.bad-argument". */
export function refuseConflicts(flags: ConfigValues): void {
  const conflict = conflicts.find(({ when }) => when(flags));
  if (conflict === undefined) return;
  const { got, hint } = conflict;
  throw new OcilabError("usage.bad-argument", { doing: "read the flags", got, hint });
}

function isShared(mode: string | undefined): boolean {
  return mode !== undefined && (mode === "host" || /^(container|ns):/.test(mode));
}
