import { type BrokenConfig, noFix, sets, warning } from "./shapes.ts";

export const capabilities: readonly BrokenConfig[] = [
  {
    rule: "capability-unknown",
    broken: sets({ bounding: ["CAP_NET_ADMINS"] }),
    at: "/process/capabilities/bounding/0",
    kept: sets({ bounding: ["CAP_NET_ADMIN"] }),
    level: warning,
  },
  {
    rule: "capability-twice",
    broken: sets({ bounding: ["CAP_KILL", "CAP_KILL"] }),
    at: "/process/capabilities/bounding/1",
    kept: sets({ bounding: ["CAP_KILL"], permitted: ["CAP_KILL"] }),
    level: warning,
  },
  {
    rule: "effective-not-permitted",
    broken: sets({ effective: ["CAP_KILL"] }),
    at: "/process/capabilities/effective/0",
    kept: sets({ effective: ["CAP_KILL"], permitted: ["CAP_KILL"] }),
  },
  {
    rule: "inheritable-not-bounding",
    broken: sets({ bounding: ["CAP_CHOWN"], inheritable: ["CAP_KILL"] }),
    at: "/process/capabilities/inheritable/0",
    kept: sets({ bounding: ["CAP_KILL"], inheritable: ["CAP_KILL"] }),
  },
  {
    rule: "permitted-not-bounding",
    broken: sets({ permitted: ["CAP_KILL"] }),
    at: "/process/capabilities/permitted/0",
    kept: sets({ bounding: ["CAP_KILL"], permitted: ["CAP_KILL"] }),
    level: warning,
  },
  {
    rule: "ambient-not-permitted",
    broken: sets({ inheritable: ["CAP_KILL"], ambient: ["CAP_KILL"] }),
    at: "/process/capabilities/ambient/0",
    kept: sets({ permitted: ["CAP_KILL"], ambient: ["CAP_KILL"] }),
    level: warning,
  },
  {
    rule: "ambient-not-inheritable",
    broken: sets({ permitted: ["CAP_KILL"], ambient: ["CAP_KILL"] }),
    at: "/process/capabilities/ambient/0",
    kept: sets({ inheritable: ["CAP_KILL"], ambient: ["CAP_KILL"] }),
    level: warning,
  },
  {
    rule: "capability-lost-by-exec",
    broken: { "/process/user/uid": 7, ...sets({ effective: ["CAP_KILL"] }) },
    at: "/process/capabilities/effective",
    kept: { "/process/user/uid": 7, ...sets({ effective: ["CAP_KILL"], ambient: ["CAP_KILL"] }) },
    level: warning,
    noFix,
  },
];
