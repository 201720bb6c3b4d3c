import { type ConfigFlagTable, under } from "./table.ts";

/** What the program may do. */
export const rightFlags = under("rights", {
  "cap-add": {
    kind: "list",
    value: "NAME",
    help: "one more capability, or ALL",
    sets: ["/process/capabilities", "/linux/seccomp"],
  },
  "cap-drop": {
    kind: "list",
    value: "NAME",
    help: "one capability less, or ALL",
    sets: ["/process/capabilities", "/linux/seccomp"],
  },
  "cap-ambient": {
    kind: "list",
    value: "NAME",
    help: "a capability that a program of another user than root keeps as well",
    sets: ["/process/capabilities"],
  },
  privileged: {
    kind: "switch",
    help: "every capability and device of the host, no seccomp, nothing masked; what follows narrows it again",
    sets: [
      "/process/capabilities",
      "/process/noNewPrivileges",
      "/linux/seccomp",
      "/linux/devices",
      "/linux/resources/devices",
      "/linux/maskedPaths",
      "/linux/readonlyPaths",
      "/mounts",
    ],
  },
  "security-opt": {
    kind: "list",
    value: "OPTION",
    help: "no-new-privileges[=true|false], seccomp=default|unconfined|FILE, apparmor=PROFILE, label=disable, label=PART:VALUE, systempaths=unconfined, mask=PATH, unmask=PATH|ALL, writable-cgroups[=true|false]",
    sets: [
      "/process/noNewPrivileges",
      "/linux/seccomp",
      "/process/apparmorProfile",
      "/linux/maskedPaths",
      "/linux/readonlyPaths",
      "/process/selinuxLabel",
      "/linux/mountLabel",
      "/mounts",
    ],
  },
} satisfies ConfigFlagTable);
