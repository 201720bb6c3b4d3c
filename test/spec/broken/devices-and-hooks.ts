import { type BrokenConfig, noFix, warning } from "./shapes.ts";

export const devicesAndHooks: readonly BrokenConfig[] = [
  {
    rule: "device-without-numbers",
    broken: { "/linux/devices": [{ type: "c", path: "/dev/x", major: 1 }] },
    at: "/linux/devices/0/minor",
    kept: { "/linux/devices": [{ type: "p", path: "/dev/x" }] },
    noFix,
  },
  {
    rule: "device-path-relative",
    broken: { "/linux/devices": [{ type: "c", path: "x", major: 1, minor: 3 }] },
    at: "/linux/devices/0/path",
    kept: { "/linux/devices": [{ type: "c", path: "/x", major: 1, minor: 3 }] },
  },
  {
    rule: "device-path-twice",
    broken: {
      "/linux/devices": [
        { type: "c", path: "/x", major: 1, minor: 3 },
        { type: "p", path: "/x" },
      ],
    },
    at: "/linux/devices/1/path",
    kept: {
      "/linux/devices": [
        { type: "p", path: "/x" },
        { type: "p", path: "/y" },
      ],
    },
    noFix,
  },
  {
    rule: "device-twice",
    broken: {
      "/linux/devices": [
        { type: "c", path: "/x", major: 1, minor: 3 },
        { type: "u", path: "/y", major: 1, minor: 3 },
      ],
    },
    at: "/linux/devices/1",
    kept: {
      "/linux/devices": [
        { type: "c", path: "/x", major: 1, minor: 3 },
        { type: "b", path: "/y", major: 1, minor: 3 },
      ],
    },
    level: warning,
    noFix,
  },
  {
    rule: "device-not-allowed",
    broken: { "/linux/devices": [{ type: "c", path: "/dev/fuse", major: 10, minor: 229 }] },
    at: "/linux/devices/0",
    kept: { "/linux/devices": [{ type: "c", path: "/dev/nil", major: 1, minor: 3 }] },
    level: warning,
  },
  {
    rule: "device-access-malformed",
    broken: { "/linux/resources/devices/0/access": "rx" },
    at: "/linux/resources/devices/0/access",
    kept: { "/linux/resources/devices/0/access": "wr" },
    noFix,
  },
  {
    rule: "hook-path-relative",
    broken: { "/hooks": { poststart: [{ path: "/bin/true" }, { path: "bin/true" }] } },
    at: "/hooks/poststart/1/path",
    kept: { "/hooks": { poststart: [{ path: "/bin/true" }] } },
    noFix,
  },
  {
    rule: "hook-env-without-equals",
    broken: { "/hooks": { poststop: [{ path: "/bin/true", env: ["A"] }] } },
    at: "/hooks/poststop/0/env/0",
    kept: { "/hooks": { poststop: [{ path: "/bin/true", env: ["A="] }] } },
    noFix,
  },
  {
    rule: "hook-prestart",
    broken: { "/hooks": { prestart: [{ path: "/bin/true" }] } },
    at: "/hooks/prestart",
    kept: { "/hooks": { prestart: [] } },
    level: warning,
    noFix,
  },
];
