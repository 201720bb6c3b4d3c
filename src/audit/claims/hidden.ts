import { hookKinds } from "../../oci/hooks.ts";
import { type Claim, type ClaimFamily, unseeable } from "../claim.ts";

/** Wishes that leave no trace in the files of the kernel: named, so that nobody takes silence for a yes. */
export const hiddenClaims: ClaimFamily = (spec) => {
  const claims: Claim[] = hookKinds.flatMap((kind) =>
    (spec.hooks?.[kind] ?? []).length === 0
      ? []
      : unseeable({
          at: `/hooks/${kind}`,
          statements: ["CFG-HOOK-49"],
          asked: spec.hooks?.[kind]?.map((hook) => hook.path),
          why: "a hook that has run leaves no trace in the kernel: look at what it does",
        }),
  );
  return claims;
};
