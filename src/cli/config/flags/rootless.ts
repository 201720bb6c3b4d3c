import type { FlagTable, FlagValues } from "../../flags.ts";
import { under } from "./table.ts";

/** How a bundle is made by somebody who is not root. */
export const rootlessFlags = under("namespaces", {
  rootless: {
    kind: "switch",
    help: "in a user namespace where root is you, and without what only root may (default: unless you are root)",
  },
  "single-id": {
    kind: "switch",
    help: "rootless with your own id alone: all files are yours, their owners noted in user.rootlesscontainers",
  },
} satisfies FlagTable);

export type RootlessValues = FlagValues<typeof rootlessFlags>;
