import type { Reading } from "../../kernel/reading.ts";
import type { NamespaceView, ProcessView } from "../../kernel/view-type.ts";
import type { Namespace, NamespaceType, Spec } from "../../oci/spec.ts";
import { type Claim, type ClaimFamily, claim } from "../claim.ts";
import { both, notAsked } from "../compare.ts";

const types: readonly NamespaceType[] = ["mount", "pid", "network", "uts", "ipc", "user", "cgroup", "time"];

/** Every listed namespace, those that are not listed and so inherited, and the clocks (config-linux.md#namespaces). */
export const namespaceClaims: ClaimFamily = (spec) => {
  const listed = spec.linux?.namespaces;
  if (listed === undefined) return [];
  const missing = types.filter((type) => !listed.some((namespace) => namespace.type === type));
  return [...listed.map(listedClaim), ...missing.map(inheritedClaim), ...clockClaims(spec)];
};

function listedClaim(namespace: Namespace, index: number): Claim {
  const { path, type } = namespace;
  if (path === undefined || path === "") return newClaim(namespace, index);
  return claim({
    at: `/linux/namespaces/${index}`,
    statements: ["LX-NS-11"],
    asked: namespace,
    seen: (view) => both(inodeOf(view, type), view.answers.namespacePaths[path] ?? notAsked(path)),
    show: ({ a }) => ({ type, inode: a }),
    differs: (_, { a, b }) =>
      a === b ? undefined : `the process is in namespace ${a}, the path names namespace ${b}`,
  });
}

function newClaim(namespace: Namespace, index: number): Claim {
  return claim({
    at: `/linux/namespaces/${index}`,
    statements: ["LX-NS-13"],
    asked: namespace,
    seen: (view) => withOthers(view.namespaces[namespace.type]),
    show: ({ inode }) => ({ type: namespace.type, inode }),
    differs: (_, { inode, host, own }) => {
      if (inode === own) return `it is our own namespace ${own}, which a runtime started by us inherits`;
      return inode === host ? `it is the host's namespace ${host}` : undefined;
    },
  });
}

/** A type that is not listed stays the runtime's own: ours, or the host's when the runtime was started by another. */
function inheritedClaim(type: NamespaceType): Claim {
  return claim({
    at: "/linux/namespaces",
    statements: ["LX-NS-14"],
    asked: { type, inherited: true },
    seen: (view) => withOthers(view.namespaces[type]),
    show: ({ inode }) => ({ type, inode }),
    differs: (_, { inode, host, own }) =>
      inode === own || inode === host
        ? undefined
        : `it is namespace ${inode}, neither ours (${own}) nor the host's (${host})`,
  });
}

type Inodes = { readonly inode: number; readonly host: number; readonly own: number };

function withOthers(namespace: NamespaceView): Reading<Inodes> {
  const { inode, host, own } = namespace;
  if (!inode.ok) return inode;
  if (!host.ok) return host;
  if (!own.ok) return own;
  const source = [...new Set([inode.source, host.source, own.source])].join(", ");
  return { source, ok: true, value: { inode: inode.value, host: host.value, own: own.value } };
}

function inodeOf(view: ProcessView, type: NamespaceType): Reading<number> {
  return view.namespaces[type].inode;
}

function clockClaims(spec: Spec): readonly Claim[] {
  return Object.entries(spec.linux?.timeOffsets ?? {}).map(([clock, offset]) =>
    claim({
      at: `/linux/timeOffsets/${clock}`,
      statements: ["LX-TIME-01"],
      asked: offset,
      seen: (view) => view.timeOffsets,
      show: (seen) => seen[clock],
      differs: (asked, seen) => {
        const there = seen[clock];
        if (there === undefined) return "the kernel shows no such clock";
        const same =
          BigInt(there.seconds) === BigInt(asked.secs ?? 0) && there.nanoseconds === (asked.nanosecs ?? 0);
        return same ? undefined : `the offset is ${there.seconds} s and ${there.nanoseconds} ns`;
      },
    }),
  );
}
