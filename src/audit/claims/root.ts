import { posix } from "node:path";
import { mapReading } from "../../kernel/read.ts";
import type { Spec } from "../../oci/spec.ts";
import { type Claim, type ClaimFamily, claim, undecided } from "../claim.ts";
import { both, notAsked } from "../compare.ts";
import { flagDifferences, propagationDifference } from "../mount-options.ts";
import { mountOf } from "../mount-tree.ts";

/** root (config.md#root) and rootfsPropagation (config-linux.md#rootfs-mount-propagation). */
export const rootClaims: ClaimFamily = (spec, { bundle }) => [
  ...pathClaims(spec, bundle),
  ...readonlyClaims(spec),
  ...propagationClaims(spec),
];

/** The absolute path of the root filesystem on the host, or undefined where it is relative and the bundle is not known. */
export function rootPath(spec: Spec, bundle: string | undefined): string | undefined {
  const path = spec.root?.path;
  if (path === undefined || (bundle === undefined && !path.startsWith("/"))) return undefined;
  return posix.resolve(bundle ?? "/", path);
}

function pathClaims(spec: Spec, bundle: string | undefined): readonly Claim[] {
  const path = rootPath(spec, bundle);
  if (path === undefined) return [];
  return [
    claim({
      at: "/root/path",
      statements: ["CFG-ROOT-04"],
      asked: path,
      seen: (view) =>
        both(view.answers.hostPaths[path] ?? notAsked(path), view.answers.paths["/"] ?? notAsked("/")),
      show: ({ b }) =>
        b.status.kind === "absent" ? "nothing" : { kind: b.status.kind, inode: b.status.inode },
      differs: (_, { a, b }) => {
        if (a.kind === "absent" || b.status.kind === "absent")
          return undecided("the directory is not there any more");
        return a.device === b.status.device && a.inode === b.status.inode
          ? undefined
          : "the root directory of the process is another one";
      },
    }),
  ];
}

function readonlyClaims(spec: Spec): readonly Claim[] {
  const readonly = spec.root?.readonly;
  if (readonly === undefined) return [];
  return [
    claim({
      at: "/root/readonly",
      statements: [readonly ? "CFG-ROOT-07" : "CFG-ROOT-08"],
      asked: readonly,
      seen: (view) => mapReading(view.mounts, (mounts) => mountOf(mounts, "/"), "/"),
      show: (seen) => seen?.flags,
      differs: (asked, seen) =>
        seen === undefined ? "no mount is at /" : flagDifferences({ ro: asked }, seen)[0],
    }),
  ];
}

function propagationClaims(spec: Spec): readonly Claim[] {
  const propagation = spec.linux?.rootfsPropagation;
  if (!propagation) return [];
  const statements = {
    shared: "LX-PROP-01",
    slave: "LX-PROP-02",
    private: "LX-PROP-03",
    unbindable: "LX-PROP-04",
  } as const;
  return [
    claim({
      at: "/linux/rootfsPropagation",
      statements: [statements[propagation]],
      asked: propagation,
      seen: (view) => mapReading(view.mounts, (mounts) => mountOf(mounts, "/"), "/"),
      show: (seen) => seen?.propagation,
      differs: (asked, seen) =>
        seen === undefined ? "no mount is at /" : propagationDifference(asked, seen),
    }),
  ];
}
