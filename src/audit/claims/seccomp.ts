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
      seen: (view) => both(view.seccomp.mode, view.seccomp.filters),
      show: ({ a, b }) => ({ mode: a, filters: b }),
      differs: (_, { a, b }) =>
        a === "filter" && b >= 1 ? undefined : `seccomp mode is ${a} with ${b} filters: no filter is loaded`,
    }),
    unseeable({
      at: "/linux/seccomp/syscalls",
      statements: ["LX-SEC-18"],
      asked: `${seccomp.syscalls?.length ?? 0} rules`,
      why: "no file of procfs shows what a filter says: ptrace(2) PTRACE_SECCOMP_GET_FILTER does, and it stops the process",
    }),
  ];
};
