import type { Limit } from "../../kernel/parse/parsed.ts";
import type { ResourceLimit } from "../../kernel/parse/process-files.ts";
import type { Reading } from "../../kernel/reading.ts";
import type { ProcessView } from "../../kernel/view-type.ts";
import type { Integer64, Rlimit } from "../../oci/spec.ts";
import { type ClaimFamily, claim, orProgram, type Undecided } from "../claim.ts";
import { show } from "../compare.ts";

/** Every entry of process.rlimits (config.md#posix-process). */
export const rlimitClaims: ClaimFamily = (spec) =>
  (spec.process?.rlimits ?? []).map((rlimit, index) =>
    claim({
      at: `/process/rlimits/${index}`,
      statements: ["CFG-RLIM-04", "CFG-RLIM-05"],
      settled: "start",
      asked: rlimit,
      seen: (view) => limitOf(view, rlimit.type),
      show: (seen) => ({ type: rlimit.type, ...seen }),
      differs: limitDiffers,
    }),
  );

function limitOf(view: ProcessView, type: string): Reading<ResourceLimit> {
  const { limits } = view;
  if (!limits.ok) return limits;
  const source = `${limits.source} ${type}`;
  const value = limits.value[type];
  return value === undefined
    ? { source, ok: false, reason: "absent", detail: "the kernel knows no such limit" }
    : { source, ok: true, value };
}

function limitDiffers(asked: Rlimit, seen: ResourceLimit): string | Undecided | undefined {
  const soft = sameLimit(asked.soft, seen.soft);
  const hard = sameLimit(asked.hard, seen.hard);
  if (soft && hard) return undefined;
  const why = `asked for soft ${show(asked.soft)} and hard ${show(asked.hard)}, the kernel shows ${show(seen.soft)} and ${show(seen.hard)}`;
  if (asked.type === "RLIMIT_NOFILE" && hard && seen.soft === seen.hard)
    return orProgram(
      `${why}; programs in Go and Java raise the soft limit of open files to the hard one themselves`,
    );
  return why;
}

/** RLIM_INFINITY is all ones (getrlimit(2)); -1 is how people write it. */
function sameLimit(asked: Integer64, seen: Limit): boolean {
  const wanted = BigInt(asked);
  const infinite = wanted === -1n || wanted === 0xffff_ffff_ffff_ffffn;
  return seen === "max" ? infinite : wanted === BigInt(seen);
}
