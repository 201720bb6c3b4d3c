import { bad, type Parsed, parseCount } from "./parse/parsed.ts";
import {
  parseCapabilities,
  parseCounts,
  parseFlag,
  parseIds,
  parseRanges,
  parseSeccompMode,
  parseStatus,
  parseUmask,
  type StatusFields,
} from "./parse/status.ts";
import { parseReading, unread } from "./read.ts";
import type { Reading } from "./reading.ts";
import type { ProcessView } from "./view-type.ts";

export type StatusFacts = {
  readonly credentials: Pick<ProcessView, "user" | "capabilities" | "noNewPrivileges"> & {
    readonly seccomp: Omit<ProcessView["seccomp"], "rules">;
  };
  readonly pids: ProcessView["identity"]["pids"];
  readonly affinity: Pick<ProcessView["scheduling"], "cpus" | "memoryNodes">;
};

/** The facts that /proc/PID/status holds, each with its field as the source. */
export function statusFacts(text: Reading<string>): StatusFacts {
  const fields: StatusFields = text.ok ? parseStatus(text.value) : new Map();
  const fact = <T>(field: string, parse: (value: string) => Parsed<T>): Reading<T> => {
    if (text.ok && !fields.has(field))
      return unread(`${text.source} ${field}`, "absent", "this kernel does not show the field");
    return parseReading(text, () => parse(fields.get(field) ?? ""), field);
  };
  return {
    pids: fact("NSpid", parseCounts),
    credentials: {
      user: {
        uids: fact("Uid", parseIds),
        gids: fact("Gid", parseIds),
        groups: fact("Groups", parseCounts),
        umask: fact("Umask", parseUmask),
      },
      capabilities: {
        inheritable: fact("CapInh", parseCapabilities),
        permitted: fact("CapPrm", parseCapabilities),
        effective: fact("CapEff", parseCapabilities),
        bounding: fact("CapBnd", parseCapabilities),
        ambient: fact("CapAmb", parseCapabilities),
      },
      seccomp: { mode: fact("Seccomp", parseSeccompMode), filters: fact("Seccomp_filters", filterCount) },
      noNewPrivileges: fact("NoNewPrivs", parseFlag),
    },
    affinity: {
      cpus: fact("Cpus_allowed_list", parseRanges),
      memoryNodes: fact("Mems_allowed_list", parseRanges),
    },
  };
}

function filterCount(text: string): Parsed<number> {
  const count = parseCount(text);
  return count.ok && count.value < 0 ? bad("a count", text) : count;
}
