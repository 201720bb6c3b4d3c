import { claimRows, type GuideEntry, hiddenRows, noWishRows } from "./entry.ts";

const changed = "the program may have changed it itself since (broken with --strict)";
const executed = "the process may have executed another program since (broken with --strict)";

/** process, and what of `linux` is about the process. */
export const processGuide: readonly GuideEntry[] = [
  ...claimRows("config.md#process", [
    [
      "/process/args",
      "/proc/PID/cmdline",
      "the same words; a script may show its interpreter before them",
      { unseen: executed },
    ],
    [
      "/process/env",
      "/proc/PID/environ",
      "exactly these variables, the last value of each; a runtime may add HOME, LISTEN_* and NOTIFY_SOCKET",
      { unseen: executed },
    ],
    ["/process/cwd", "/proc/PID/cwd", "the directory, below the process's own root", { unseen: changed }],
    ["/process/terminal", "/proc/PID/fd/0", "standard input is a terminal (asked only when true)"],
    [
      "/process/consoleSize",
      "ioctl(2) TIOCGWINSZ",
      "the terminal that is standard input has as many rows and columns (asked only with terminal)",
      {
        unseen:
          "it has others: the terminal's user or a program may have resized it since (broken with --strict, and where nobody has set a size)",
      },
    ],
  ]),
  ...claimRows("config.md#user", [
    [
      "/process/user/uid",
      "/proc/PID/status Uid",
      "real, effective, saved and filesystem id, counted by the container's uid_map",
      { unseen: "set-user-ID programs; programs with CAP_SETUID (both broken with --strict)" },
    ],
    [
      "/process/user/gid",
      "/proc/PID/status Gid",
      "as uid, by gid_map",
      { unseen: "as uid, with CAP_SETGID" },
    ],
    [
      "/process/user/additionalGids",
      "/proc/PID/status Groups",
      "these groups and no other; the own gid may be among them",
      { unseen: "programs with CAP_SETGID (broken with --strict)" },
    ],
    ["/process/user/umask", "/proc/PID/status Umask", "the same mask", { unseen: changed }],
  ]),
  ...claimRows("config.md#linux-process", [
    ["/process/capabilities/bounding", "/proc/PID/status CapBnd", "exactly this set"],
    [
      "/process/capabilities/effective",
      "/proc/PID/status CapEff",
      "exactly this set",
      {
        unseen:
          "a user other than 0 whose program's file may carry capabilities; a process that has left user 0 (both broken with --strict)",
      },
    ],
    [
      "/process/capabilities/permitted",
      "/proc/PID/status CapPrm",
      "exactly this set",
      { unseen: "as effective" },
    ],
    ["/process/capabilities/inheritable", "/proc/PID/status CapInh", "exactly this set"],
    [
      "/process/capabilities/ambient",
      "/proc/PID/status CapAmb",
      "exactly this set",
      { unseen: "a process that has left user 0 (broken with --strict)" },
    ],
    [
      "/process/noNewPrivileges",
      "/proc/PID/status NoNewPrivs",
      "set when true, not set when false",
      { unseen: "set where false was asked: the program may have done it (broken with --strict)" },
    ],
    ["/process/oomScoreAdj", "/proc/PID/oom_score_adj", "the same number"],
    [
      "/process/apparmorProfile",
      "/proc/PID/attr/apparmor/current",
      "the profile's name",
      { unseen: "a kernel on which AppArmor does not run" },
    ],
    [
      "/process/selinuxLabel",
      "/proc/PID/attr/current",
      "the same label",
      { unseen: "a kernel on which SELinux does not run" },
    ],
    ["/process/scheduler/policy", "/proc/PID/stat policy", "the same policy"],
    ["/process/scheduler/nice", "/proc/PID/stat nice", "the same value"],
    ["/process/scheduler/priority", "/proc/PID/stat rt_priority", "the same value"],
    [
      "/process/scheduler/flags",
      "sched_getattr(2)",
      "exactly these flags, but for those that only say what a call is to keep",
      { unseen: "SCHED_FLAG_KEEP_POLICY and SCHED_FLAG_KEEP_PARAMS: the kernel does not store them" },
    ],
    [
      "/process/scheduler/runtime",
      "sched_getattr(2)",
      "the same nanoseconds",
      { unseen: "a policy other than SCHED_DEADLINE, for which the kernel keeps none" },
    ],
    ["/process/scheduler/deadline", "sched_getattr(2)", "the same nanoseconds", { unseen: "as runtime" }],
    [
      "/process/scheduler/period",
      "sched_getattr(2)",
      "the same nanoseconds; 0 is the deadline",
      { unseen: "as runtime" },
    ],
    ["/process/ioPriority", "ioprio_get(2)", "the same class, and the same level where the class has levels"],
  ]),
  ...claimRows("config.md#posix-process", [
    [
      "/process/rlimits/*",
      "/proc/PID/limits",
      "the soft and the hard limit; -1 and 2^64-1 are no limit",
      {
        unseen:
          "RLIMIT_NOFILE of a program that has raised its soft limit to the hard one, as Go and Java do (broken with --strict); a type that this kernel does not have",
      },
    ],
  ]),
  ...claimRows("config-linux.md#personality", [
    ["/linux/personality/domain", "/proc/PID/personality", "the low byte of the mask"],
  ]),
  ...claimRows("config-linux.md#memory-policy", [
    [
      "/linux/memoryPolicy",
      "/proc/PID/numa_maps",
      "mode, nodes and flags of the policy that the process's memory falls back on",
      { unseen: "a kernel without NUMA; MPOL_F_NUMA_BALANCING, which is not shown" },
    ],
  ]),
  ...hiddenRows("config.md#linux-process", {
    "/process/execCPUAffinity": "it is for processes that join by exec, not for the container's first one",
  }),
  ...hiddenRows("config-linux.md#personality", {
    "/linux/personality/flags": "the specification defines no flags yet, so none has a bit to look for",
  }),
  ...noWishRows("config.md#process", {
    "/process/commandLine": "Windows",
    "/process/user/username": "Windows",
  }),
];
