import { readFileSync } from "node:fs";
import type { Gathered } from "./evidence.ts";

/** What is online (Documentation/admin-guide/cputopology.rst; ABI/stable/sysfs-devices-node). */
const files = ["/sys/devices/system/cpu/online", "/sys/devices/system/node/online"] as const;

/** The processors and memory nodes that a cpuset may name. */
export function processorEvidence(): Gathered {
  return {
    evidence: files.flatMap((source) => {
      try {
        return { source, says: `is ${readFileSync(source, "utf8").trim()}` };
      } catch {
        return [];
      }
    }),
  };
}
