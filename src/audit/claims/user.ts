import type { Ids } from "../../kernel/parse/status.ts";
import { mapReading } from "../../kernel/read.ts";
import type { Reading } from "../../kernel/reading.ts";
import type { ProcessView } from "../../kernel/view-type.ts";
import type { Spec } from "../../oci/spec.ts";
import { type Claim, type ClaimFamily, claim, orProgram, type Undecided } from "../claim.ts";
import { both, idInside, show, without } from "../compare.ts";

/** uid, gid, additional groups and umask (config.md#posix-platform-user). Ids are compared as the container numbers them. */
export const userClaims: ClaimFamily = (spec) => {
  const user = spec.process?.user;
  if (user === undefined) return [];
  return [
    idClaim(spec, { name: "uid", asked: user.uid }),
    idClaim(spec, { name: "gid", asked: user.gid }),
    ...groupClaims(spec),
    ...umaskClaims(user.umask),
  ];
};

/** The effective user id inside the container, or undefined when it cannot be told. */
export function effectiveUser(view: ProcessView): number | undefined {
  const { uids } = view.user;
  const { uid } = view.idMaps;
  return uids.ok && uid.ok ? idInside(uid.value, uids.value.effective) : undefined;
}

function idClaim(spec: Spec, options: { readonly name: "uid" | "gid"; readonly asked: number }): Claim {
  const { name, asked } = options;
  return claim({
    at: `/process/user/${name}`,
    statements: ["CFG-USER-02"],
    settled: "start",
    asked,
    seen: (view) => insideIds(view, name),
    show: (ids) => (new Set(Object.values(ids)).size === 1 ? ids.effective : ids),
    differs: (wanted, seen) => idDiffers(spec, { name, wanted, seen }),
  });
}

type InsideIds = Readonly<Record<keyof Ids, number | "unmapped">>;

function insideIds(view: ProcessView, name: "uid" | "gid"): Reading<InsideIds> {
  const ids = name === "uid" ? view.user.uids : view.user.gids;
  return mapReading(both(ids, view.idMaps[name]), ({ a, b }) => ({
    real: idInside(b, a.real) ?? "unmapped",
    effective: idInside(b, a.effective) ?? "unmapped",
    saved: idInside(b, a.saved) ?? "unmapped",
    filesystem: idInside(b, a.filesystem) ?? "unmapped",
  }));
}

function idDiffers(
  spec: Spec,
  options: { readonly name: "uid" | "gid"; readonly wanted: number; readonly seen: InsideIds },
): string | Undecided | undefined {
  const { name, wanted, seen } = options;
  if (Object.values(seen).every((id) => id === wanted)) return undefined;
  const why = `asked for ${name} ${wanted}, the kernel shows ${show(seen)}`;
  const executed = seen.real === wanted && seen.effective === seen.saved;
  const ownFile = executed && spec.process?.noNewPrivileges !== true;
  if (ownFile)
    return orProgram(
      `${why}; the program's file may be set-${name === "uid" ? "user" : "group"}-ID (execve(2))`,
    );
  const right = name === "uid" ? "CAP_SETUID" : "CAP_SETGID";
  if (!mayChangeIds(spec, right)) return why;
  return orProgram(`${why}; the program had ${right} and may have changed it itself`);
}

function mayChangeIds(spec: Spec, capability: string): boolean {
  const sets = spec.process?.capabilities;
  const granted = [
    ...(sets?.permitted ?? []),
    ...(spec.process?.user?.uid === 0 ? (sets?.bounding ?? []) : []),
  ];
  return granted.includes(capability);
}

function groupClaims(spec: Spec): readonly Claim[] {
  const { additionalGids, gid } = spec.process?.user ?? {};
  if (additionalGids === undefined) return [];
  return [
    claim({
      at: "/process/user/additionalGids",
      statements: ["CFG-USER-04"],
      settled: "start",
      asked: additionalGids,
      seen: (view) =>
        mapReading(both(view.user.groups, view.idMaps.gid), ({ a, b }) =>
          a.map((id) => idInside(b, id) ?? "unmapped"),
        ),
      differs: (asked, seen) => {
        const missing = without(asked, seen).filter((id) => id !== gid);
        const extra = without<number | string>(seen, asked).filter((id) => id !== gid);
        if (missing.length === 0 && extra.length === 0) return undefined;
        const why = `groups missing: ${show(missing)}, not asked for: ${show(extra)}`;
        return mayChangeIds(spec, "CAP_SETGID")
          ? orProgram(`${why}; the program had CAP_SETGID and may have changed them itself`)
          : why;
      },
    }),
  ];
}

function umaskClaims(umask: number | undefined): readonly Claim[] {
  if (umask === undefined) return [];
  return [
    claim({
      at: "/process/user/umask",
      statements: ["CFG-USER-03"],
      settled: "start",
      asked: umask,
      seen: (view) => view.user.umask,
      differs: (asked, seen) =>
        asked === seen
          ? undefined
          : orProgram(`the mask is 0${seen.toString(8)} now: a program may change it at any time (umask(2))`),
    }),
  ];
}
