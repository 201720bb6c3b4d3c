import type { SeccompMode } from "../../kernel/parse/status.ts";
import { mapReading } from "../../kernel/read.ts";
import type { Reading } from "../../kernel/reading.ts";
import type { ProcessView } from "../../kernel/view-type.ts";
import { type ClaimFamily, claim, unseeable } from "../claim.ts";
import { both } from "../compare.ts";

/** linux.seccomp: that a filter is loaded is seen, what it says is not. */
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
    unseeable({
      at: "/linux/seccomp/syscalls",
      statements: ["LX-SEC-18"],
      asked: `${seccomp.syscalls?.length ?? 0} rules`,
      why: "no file of procfs shows what a filter says: ptrace(2) PTRACE_SECCOMP_GET_FILTER does, and it stops the process",
    }),
  ];
};

type Loaded = { readonly mode: SeccompMode; readonly filters?: number };

/** Kernels before 5.9 do not count the filters. */
function loaded({ seccomp: { mode, filters } }: ProcessView): Reading<Loaded> {
  if (!filters.ok) return mapReading(mode, (value) => ({ mode: value }));
  return mapReading(both(mode, filters), ({ a, b }) => ({ mode: a, filters: b }));
}
