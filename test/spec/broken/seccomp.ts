import { type BrokenConfig, noFix, rule, warning } from "./shapes.ts";

/** A profile of 2020: all that its author knew. */
const old = (more: object) => ({
  "/linux/seccomp": {
    defaultAction: "SCMP_ACT_ERRNO",
    syscalls: [
      {
        names: ["clone", "execve", "write", "close", "openat", "fstat", "statx", "getdents64"],
        action: "SCMP_ACT_ALLOW",
      },
      { names: ["fstatfs", "futex", "read", "exit_group"], action: "SCMP_ACT_ALLOW" },
    ],
    ...more,
  },
});

export const seccomp: readonly BrokenConfig[] = [
  {
    rule: "seccomp-no-fallback",
    broken: old({}),
    at: "/linux/seccomp/syscalls",
    kept: old({ defaultErrnoRet: 38 }),
    level: warning,
    noFix,
  },
  {
    rule: "seccomp-stops-the-runtime",
    broken: {
      "/process/noNewPrivileges": false,
      ...rule({ names: ["mkdir"] }),
      "/linux/seccomp/syscalls/3/names": ["umask"],
      "/linux/seccomp/syscalls/10/names": ["umask"],
    },
    at: "/linux/seccomp/syscalls",
    kept: rule({ names: ["mkdir"] }),
    level: warning,
    noFix,
  },
  {
    rule: "seccomp-errno-without-action",
    broken: rule({ action: "SCMP_ACT_ALLOW", errnoRet: 1 }),
    at: "/linux/seccomp/syscalls/32/errnoRet",
    kept: rule({ errnoRet: 1 }),
  },
  {
    rule: "seccomp-errno-without-action",
    broken: { "/linux/seccomp": { defaultAction: "SCMP_ACT_ALLOW", defaultErrnoRet: 1 } },
    at: "/linux/seccomp/defaultErrnoRet",
    kept: { "/linux/seccomp": { defaultAction: "SCMP_ACT_TRACE", defaultErrnoRet: 1 } },
  },
  {
    rule: "seccomp-notify-without-listener",
    broken: rule({ action: "SCMP_ACT_NOTIFY" }),
    at: "/linux/seccomp/listenerPath",
    kept: { ...rule({ action: "SCMP_ACT_NOTIFY" }), "/linux/seccomp/listenerPath": "/run/x" },
    noFix,
  },
  {
    rule: "seccomp-listener-without-notify",
    broken: { "/linux/seccomp/listenerPath": "/run/x" },
    at: "/linux/seccomp/listenerPath",
    kept: { ...rule({ action: "SCMP_ACT_NOTIFY" }), "/linux/seccomp/listenerPath": "/run/x" },
    level: warning,
    noFix,
  },
  {
    rule: "seccomp-metadata-without-listener",
    broken: { "/linux/seccomp/listenerMetadata": "x" },
    at: "/linux/seccomp/listenerMetadata",
    kept: { "/linux/seccomp/listenerMetadata": "x", "/linux/seccomp/listenerPath": "/run/x" },
  },
  {
    rule: "seccomp-notify-misused",
    broken: { "/linux/seccomp": { defaultAction: "SCMP_ACT_NOTIFY", listenerPath: "/run/x" } },
    at: "/linux/seccomp/defaultAction",
    kept: {},
    noFix,
  },
  {
    rule: "seccomp-notify-misused",
    broken: rule({ action: "SCMP_ACT_NOTIFY", names: ["mkdir", "write"] }),
    at: "/linux/seccomp/syscalls/32/names",
    kept: rule({ action: "SCMP_ACT_NOTIFY" }),
    noFix,
  },
  {
    rule: "seccomp-denies-execve",
    broken: {
      "/linux/seccomp": {
        defaultAction: "SCMP_ACT_ERRNO",
        syscalls: [{ names: ["read"], action: "SCMP_ACT_ALLOW" }],
      },
    },
    at: "/linux/seccomp/syscalls",
    kept: { "/linux/seccomp": { defaultAction: "SCMP_ACT_LOG" } },
    noFix,
  },
  {
    rule: "seccomp-stops-the-runtime",
    broken: {
      "/linux/seccomp": {
        defaultAction: "SCMP_ACT_KILL_PROCESS",
        syscalls: [{ names: ["execve"], action: "SCMP_ACT_ALLOW" }],
      },
    },
    at: "/linux/seccomp/syscalls",
    kept: {
      "/linux/seccomp": {
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_KILL" }],
      },
    },
    level: warning,
    noFix,
  },
  {
    rule: "seccomp-unknown-call",
    broken: rule({ names: ["mkdir", "mkdirr"] }),
    at: "/linux/seccomp/syscalls/32/names/1",
    kept: rule({ names: ["kexec_load", "s390_sthyi", "riscv_hwprobe"] }),
    level: warning,
  },
  {
    rule: "seccomp-argument-twice",
    broken: rule({
      args: [
        { index: 0, value: 1, op: "SCMP_CMP_GE" },
        { index: 0, value: 9, op: "SCMP_CMP_LE" },
      ],
    }),
    at: "/linux/seccomp/syscalls/32/args/1",
    kept: rule({
      args: [
        { index: 0, value: 1, op: "SCMP_CMP_GE" },
        { index: 1, value: 9, op: "SCMP_CMP_LE" },
      ],
    }),
    level: warning,
    noFix,
  },
];
