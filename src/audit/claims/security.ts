import type { MountView } from "../../kernel/parse/mountinfo.ts";
import { mapReading } from "../../kernel/read.ts";
import type { Reading } from "../../kernel/reading.ts";
import type { Spec } from "../../oci/spec.ts";
import { type Claim, type ClaimFamily, claim, undecided } from "../claim.ts";
import { both, show } from "../compare.ts";
import { mountAt } from "../mount-tree.ts";

/** AppArmor profile and SELinux labels. */
export const securityClaims: ClaimFamily = (spec) => {
  const { apparmorProfile, selinuxLabel } = spec.process ?? {};
  const mountLabel = spec.linux?.mountLabel;
  const claims: Claim[] = [];
  if (apparmorProfile)
    claims.push(
      claim({
        at: "/process/apparmorProfile",
        statements: ["CFG-LPROC-01"],
        settled: "start",
        asked: apparmorProfile,
        seen: (view): Reading<string> => view.security.apparmor,
        differs: (asked, seen) =>
          seen.replace(/ \([a-z]+\)$/, "") === asked ? undefined : `the profile is ${show(seen)}`,
      }),
    );
  if (selinuxLabel)
    claims.push(
      claim({
        at: "/process/selinuxLabel",
        statements: ["CFG-LPROC-18"],
        settled: "start",
        asked: selinuxLabel,
        seen: (view): Reading<string> => view.security.selinux,
        differs: (asked, seen) => (asked === seen ? undefined : `the label is ${show(seen)}`),
      }),
    );
  if (mountLabel)
    claims.push(
      claim({
        at: "/linux/mountLabel",
        statements: ["LX-LBL-01"],
        asked: mountLabel,
        seen: (view) => mapReading(both(view.security.selinux, view.mounts), ({ b }) => b),
        show: (mounts) =>
          labelled(spec, mounts).map(({ mountPoint, superOptions }) => ({ mountPoint, superOptions })),
        differs: (asked, mounts) => {
          const candidates = labelled(spec, mounts);
          if (candidates.length === 0)
            return undecided("no mount of the config is of a type that shows its context");
          const wrong = candidates.filter(({ superOptions }) => !superOptions.join(",").includes(asked));
          return wrong.length === 0
            ? undefined
            : `without the context: ${wrong.map(({ mountPoint }) => mountPoint).join(", ")}`;
        },
      }),
    );
  return claims;
};

/** Filesystems that take the context as an option of their own, and show it (selinux(8), mount(8)). */
function labelled({ mounts = [] }: Spec, seen: readonly MountView[]): readonly MountView[] {
  return mounts
    .filter(({ type }) => ["tmpfs", "mqueue", "devpts"].includes(type ?? ""))
    .flatMap(({ destination }) => mountAt(seen, destination) ?? []);
}
