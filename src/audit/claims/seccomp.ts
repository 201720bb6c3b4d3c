import type { SeccompMode } from "../../kernel/parse/status.ts";
import { mapReading } from "../../kernel/read.ts";
import type { Reading } from "../../kernel/reading.ts";
import type { ProcessView } from "../../kernel/view-type.ts";
import type { Seccomp } from "../../oci/spec.ts";
import { type Claim, type ClaimFamily, claim, unseeable } from "../claim.ts";
import { both } from "../compare.ts";
import { seccompRuleClaims } from "./seccomp-rules.ts";

/** linux.seccomp: that a filter is loaded, and what it says where we may read it. */
export const seccompClaims: ClaimFamily = (spec) => {
  const seccomp = spec.linux?.seccomp;
  if (seccomp === undefined) return [];
  return [
    claim({
      at: "/linux/seccomp",
      statements: ["LX-SEC-02"],
      settled: "start",
      asked: { defaultAction: seccomp.defaultAction },
      seen: loaded,
      differs: (_, { mode, filters }) =>
        mode === "filter" && filters !== 0 ? undefined : `seccomp mode is ${mode}: no filter is loaded`,
    }),
    ...seccompRuleClaims(seccomp),
    ...listenerClaims(seccomp),
  ];
};

function listenerClaims({ listenerPath, listenerMetadata }: Seccomp): readonly Claim[] {
  return Object.entries({ listenerPath, listenerMetadata }).flatMap(([name, asked]) =>
    asked === undefined
      ? []
      : unseeable({
          at: `/linux/seccomp/${name}`,
          statements: [name === "listenerPath" ? "LX-SEC-12" : "LX-SEC-15"],
          asked,
          why: "that a descriptor was sent to a socket when the filter was loaded leaves no trace",
        }),
  );
}

type Loaded = { readonly mode: SeccompMode; readonly filters?: number };

/** Kernels before 5.9 do not count the filters. */
function loaded({ seccomp: { mode, filters } }: ProcessView): Reading<Loaded> {
  if (!filters.ok) return mapReading(mode, (value) => ({ mode: value }));
  return mapReading(both(mode, filters), ({ a, b }) => ({ mode: a, filters: b }));
}
