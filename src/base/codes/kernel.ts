import type { CodeTable } from "./table.ts";

export const kernelCodes = {
  "kernel.no-process": {
    meaning: "There is no process with this id, or it ended while it was being read.",
    remedy:
      "A stopped container has no process: nothing of it is left to look at. `ocilab state ID` tells its status.",
  },
  "kernel.unreadable": {
    meaning: "The kernel did not show what the command is about.",
    remedy: "The message names the file and the kernel's answer. More rights, as root has them, may show it.",
  },
} as const satisfies CodeTable;
