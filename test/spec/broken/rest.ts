import { type BrokenConfig, noFix, warning } from "./shapes.ts";

export const rest: readonly BrokenConfig[] = [
  {
    rule: "masked-path-relative",
    broken: { "/linux/maskedPaths/0": "proc/acpi" },
    at: "/linux/maskedPaths/0",
    kept: { "/linux/maskedPaths": [] },
  },
  {
    rule: "readonly-path-relative",
    broken: { "/linux/readonlyPaths/1": "proc/fs" },
    at: "/linux/readonlyPaths/1",
    kept: { "/linux/readonlyPaths": ["/etc"] },
  },
  {
    rule: "cgroups-path",
    broken: { "/linux/cgroupsPath": "/a/../../b" },
    at: "/linux/cgroupsPath",
    kept: { "/linux/cgroupsPath": "/a..b/c" },
    level: warning,
    noFix,
  },
  {
    rule: "cgroups-path",
    broken: { "/linux/cgroupsPath": "a:b" },
    at: "/linux/cgroupsPath",
    kept: { "/linux/cgroupsPath": "system.slice:oci:web" },
    level: warning,
    noFix,
  },
  {
    rule: "personality-flags",
    broken: { "/linux/personality": { domain: "LINUX", flags: ["X"] } },
    at: "/linux/personality/flags",
    kept: { "/linux/personality": { domain: "LINUX32" } },
    level: warning,
  },
  {
    rule: "memory-policy-nodes",
    broken: { "/linux/memoryPolicy": { mode: "MPOL_BIND" } },
    at: "/linux/memoryPolicy/nodes",
    kept: { "/linux/memoryPolicy": { mode: "MPOL_BIND", nodes: "0" } },
    noFix,
  },
  {
    rule: "memory-policy-nodes",
    broken: { "/linux/memoryPolicy": { mode: "MPOL_LOCAL", nodes: "0" } },
    at: "/linux/memoryPolicy/nodes",
    kept: { "/linux/memoryPolicy": { mode: "MPOL_DEFAULT" } },
    noFix,
  },
  {
    rule: "l3-cache-schema",
    broken: { "/linux/intelRdt": { l3CacheSchema: "0=f" } },
    at: "/linux/intelRdt/l3CacheSchema",
    kept: { "/linux/intelRdt": { l3CacheSchema: "L3:0=f" } },
    level: warning,
    noFix,
  },
];
