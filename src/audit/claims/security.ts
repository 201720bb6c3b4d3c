import type { Reading } from "../../kernel/reading.ts";
import { type Claim, type ClaimFamily, claim, unseeable } from "../claim.ts";
import { show } from "../compare.ts";

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
      unseeable({
        at: "/linux/mountLabel",
        statements: ["LX-LBL-01"],
        asked: mountLabel,
        why: "the label of a mount is an extended attribute of its files, which the view does not read",
      }),
    );
  return claims;
};
