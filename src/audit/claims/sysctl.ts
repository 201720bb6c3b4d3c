import { pointerToken } from "../../oci/pointer.ts";
import { type ClaimFamily, claim } from "../claim.ts";
import { notAsked, show } from "../compare.ts";

/** linux.sysctl, read inside the container's namespaces. Blanks and tabs between numbers count as the same. */
export const sysctlClaims: ClaimFamily = (spec) =>
  Object.entries(spec.linux?.sysctl ?? {}).map(([name, value]) =>
    claim({
      at: `/linux/sysctl${pointerToken(name)}`,
      statements: ["LX-SYS-01"],
      asked: value,
      seen: (view) => view.answers.sysctls[name] ?? notAsked(name),
      differs: (asked, seen) => (words(asked) === words(seen) ? undefined : `the value is ${show(seen)}`),
    }),
  );

function words(text: string): string {
  return text.trim().split(/\s+/).join(" ");
}
