import type { CodeTable } from "./table.ts";

export const kernelCodes = {
  "kernel.no-process": {
    meaning: "There is no process with this id, or it ended while it was being read.",
    remedy:
      "A stopped container has no process: nothing of it is left to look at. `ocilab state ID` tells its status.",
  },
} as const satisfies CodeTable;
