import type { Rlimit } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";
import { editProcess } from "./edit.ts";

/** A limit of getrlimit(2), instead of one of the same type; raising a hard limit needs CAP_SYS_RESOURCE (config.md#posix-process). */
export function withRlimit(rlimit: Rlimit): SpecOption {
  return editProcess((process) => ({
    ...process,
    rlimits: [...(process.rlimits ?? []).filter(({ type }) => type !== rlimit.type), rlimit],
  }));
}
