import type { FlagValues } from "../../flags.ts";
import { type ConfigFlag, type ConfigFlagTable, under } from "./table.ts";

const sets: ConfigFlag["sets"] = [
  "/linux/uidMappings",
  "/linux/gidMappings",
  "/linux/namespaces",
  "/linux/resources/devices",
  "/mounts",
  "/process/user/additionalGids",
];

/** How a bundle is made by somebody who is not root. */
export const rootlessFlags = under("namespaces", {
  rootless: {
    kind: "switch",
    help: "in a user namespace where root is you, and without what only root may (default: unless you are root)",
    sets,
  },
  "single-id": {
    kind: "switch",
    help: "rootless with your own id alone: all files are yours, their owners noted in user.rootlesscontainers",
    sets,
  },
} satisfies ConfigFlagTable);

export type RootlessValues = FlagValues<typeof rootlessFlags>;
