import { type ConfigFlagTable, under } from "./table.ts";

/** What the program may do. */
export const rightFlags = under("rights", {
  "cap-add": {
    kind: "list",
    value: "NAME",
    help: "one more capability, or ALL",
    sets: ["/process/capabilities"],
  },
  "cap-drop": {
    kind: "list",
    value: "NAME",
    help: "one capability less, or ALL",
    sets: ["/process/capabilities"],
  },
  "security-opt": {
    kind: "list",
    value: "OPTION",
    help: "no-new-privileges[=true|false], seccomp=unconfined|FILE, apparmor=PROFILE, systempaths=unconfined",
    sets: [
      "/process/noNewPrivileges",
      "/linux/seccomp",
      "/process/apparmorProfile",
      "/linux/maskedPaths",
      "/linux/readonlyPaths",
    ],
  },
} satisfies ConfigFlagTable);
