import type { IdMapping, Spec } from "../../oci/spec.ts";
import { namespaceOf } from "./namespaces.ts";
import { type Complaint, error, type Rule, warning } from "./rule.ts";

/** Rules about linux.uidMappings and gidMappings (user_namespaces(7)). */
export const idMappingRules: readonly Rule[] = [
  { name: "user-namespace-without-mappings", check: userWithoutMappings },
  { name: "mappings-without-user-namespace", check: mappingsWithoutUser },
  { name: "mappings-too-many", check: tooMany },
  { name: "mappings-overlap", check: overlaps },
  { name: "mapping-empty", check: emptyMappings },
  { name: "devpts-group-unmapped", check: devptsGroup },
];

const kinds = ["uidMappings", "gidMappings"] as const;

function userWithoutMappings(spec: Spec): readonly Complaint[] {
  const user = namespaceOf(spec, "user");
  if (user === undefined || user.path !== undefined) return [];
  return kinds
    .filter((kind) => (spec.linux?.[kind]?.length ?? 0) === 0)
    .map((kind) =>
      error(`/linux/${kind}`, "must say which ids a new user namespace has", {
        hint: '/etc/subuid and /etc/subgid say which are free, for example [{"containerID": 0, "hostID": 100000, "size": 65536}]',
        statement: "LX-UID-02",
      }),
    );
}

function mappingsWithoutUser(spec: Spec): readonly Complaint[] {
  const user = namespaceOf(spec, "user");
  if (user !== undefined && user.path === undefined) return [];
  const why = user === undefined ? "without a user namespace" : "of a user namespace that exists already";
  return kinds
    .filter((kind) => (spec.linux?.[kind]?.length ?? 0) > 0)
    .map((kind) => warning(`/linux/${kind}`, `ids ${why} cannot be mapped`, { statement: "LX-UID-02" }));
}

/** user_namespaces(7): 340 lines since Linux 4.15. */
const mostMappings = 340;

function tooMany(spec: Spec): readonly Complaint[] {
  return kinds.flatMap((kind) => {
    const count = spec.linux?.[kind]?.length ?? 0;
    if (count <= mostMappings) return [];
    return [error(`/linux/${kind}`, `has ${count} entries; the kernel takes at most ${mostMappings}`)];
  });
}

function overlaps(spec: Spec): readonly Complaint[] {
  return kinds.flatMap((kind) => {
    const list = (spec.linux?.[kind] ?? []).slice(0, mostMappings);
    return list.flatMap((mapping, index) => {
      const earlier = list.slice(0, index);
      const clash = earlier.findIndex(
        (other) => meets(mapping, other, "containerID") || meets(mapping, other, "hostID"),
      );
      if (clash < 0) return [];
      return [
        error(`/linux/${kind}/${index}`, `overlaps with entry ${clash}`, {
          hint: "the kernel wants every id inside and every id outside at most once",
        }),
      ];
    });
  });
}

function meets(a: IdMapping, b: IdMapping, side: "containerID" | "hostID"): boolean {
  return a[side] < b[side] + b.size && b[side] < a[side] + a.size;
}

function emptyMappings(spec: Spec): readonly Complaint[] {
  return kinds.flatMap((kind) =>
    (spec.linux?.[kind] ?? []).flatMap(({ size }, index) =>
      size > 0
        ? []
        : [error(`/linux/${kind}/${index}/size`, "must be at least 1; the kernel refuses an empty range")],
    ),
  );
}

function devptsGroup(spec: Spec): readonly Complaint[] {
  const user = namespaceOf(spec, "user");
  const map = (spec.linux?.gidMappings ?? []).slice(0, mostMappings);
  if (user === undefined || user.path !== undefined || map.length === 0) return [];
  return (spec.mounts ?? []).flatMap(({ type, options = [] }, mount) =>
    options.flatMap((option, index) => {
      const gid = Number(/^gid=(\d+)$/.exec(option)?.[1] ?? Number.NaN);
      const mapped = map.some(({ containerID, size }) => gid >= containerID && gid < containerID + size);
      if (type !== "devpts" || Number.isNaN(gid) || mapped) return [];
      return [
        error(
          `/mounts/${mount}/options/${index}`,
          `names the group ${gid}, which the user namespace does not map`,
          {
            hint: "the kernel refuses the mount: take the option out",
            fix: [{ op: "remove", path: `/mounts/${mount}/options/${index}` }],
          },
        ),
      ];
    }),
  );
}
