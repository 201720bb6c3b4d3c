import { type Claim, type ClaimFamily, claim } from "../claim.ts";
import { unlessEqual } from "../compare.ts";

/** hostname and domainname (config.md#hostname, config.md#domainname). */
export const utsClaims: ClaimFamily = (spec) => {
  const claims: Claim[] = [];
  if (spec.hostname)
    claims.push(
      claim({
        at: "/hostname",
        statements: ["CFG-HOST-01"],
        asked: spec.hostname,
        seen: (view) => view.hostname,
        differs: unlessEqual,
      }),
    );
  if (spec.domainname)
    claims.push(
      claim({
        at: "/domainname",
        statements: ["CFG-HOST-03"],
        asked: spec.domainname,
        seen: (view) => view.domainname,
        differs: unlessEqual,
      }),
    );
  return claims;
};
