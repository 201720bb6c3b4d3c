import { claimRows, type GuideEntry, hiddenRows, noWishRows } from "./entry.ts";

const program = ["ptrace(2) PTRACE_SECCOMP_GET_FILTER", "/proc/PID/status Seccomp"];
/** With `ocilab audit --probe`; flags nobody sees from inside. */
const tried = [...program, "system calls tried inside"];
const unread = "whoever audits may not read the filter (CAP_SYS_ADMIN, and no seccomp filter of its own)";
const untried = `${unread} and no call was tried, or none could be told from the kernel's own answer`;

/** hostname, namespaces and what lives in them, seccomp, hooks. */
export const namespaceGuide: readonly GuideEntry[] = [
  ...claimRows("config.md#hostname", [
    ["/hostname", "/proc/sys/kernel/hostname", "the same name, read inside the uts namespace"],
  ]),
  ...claimRows("config.md#domainname", [
    ["/domainname", "/proc/sys/kernel/domainname", "the same name, read inside the uts namespace"],
  ]),
  ...claimRows("config-linux.md#namespaces", [
    [
      "/linux/namespaces/*",
      "/proc/PID/ns/",
      "without path: neither ours nor the host's; with path: the one that the path names",
      { unseen: "the path names nothing any more" },
    ],
    [
      "/linux/namespaces",
      "/proc/PID/ns/",
      "a type that is not listed is ours or the host's (one finding for each)",
      { members: [] },
    ],
  ]),
  ...claimRows("config-linux.md#user-namespace-mappings", [
    ["/linux/uidMappings", "/proc/PID/uid_map", "the same ranges; order and cuts do not matter"],
    ["/linux/gidMappings", "/proc/PID/gid_map", "the same ranges; order and cuts do not matter"],
  ]),
  ...claimRows("config-linux.md#offset-for-time-namespace", [
    ["/linux/timeOffsets/*", "/proc/PID/timens_offsets", "the same seconds and nanoseconds"],
  ]),
  ...claimRows("config-linux.md#network-devices", [
    [
      "/linux/netDevices/*",
      "/proc/PID/net/dev",
      "an interface of the name is in the container's network namespace; %d stands for a number",
    ],
  ]),
  ...claimRows("config-linux.md#sysctl", [
    ["/linux/sysctl/*", "/proc/sys/", "the same words, read inside the uts, ipc and network namespaces"],
  ]),
  ...claimRows("config-linux.md#seccomp", [
    ["/linux/seccomp", "/proc/PID/status Seccomp", "a filter is loaded", { members: [] }],
    [
      "/linux/seccomp/defaultAction",
      tried,
      "every call that no rule names gets the action and errno; ENOSYS instead for calls newer than those of the config",
      { unseen: untried },
    ],
    [
      "/linux/seccomp/architectures",
      tried,
      "calls of each listed architecture are judged by the rules, not refused as foreign",
      { unseen: `${untried}; architectures of other machines` },
    ],
    [
      "/linux/seccomp/flags",
      program,
      "SECCOMP_FILTER_FLAG_LOG is set when asked; it is the one flag that Linux tells",
      { unseen: `${unread}; other flags alone` },
    ],
    [
      "/linux/seccomp/syscalls/*",
      tried,
      "the filter's own answer to each named call is the rule's action and errno, tried with arguments that meet the rule's conditions and with some that do not",
      {
        unseen: `${untried}; none of the names is a call of this machine; another rule says otherwise of the same call`,
      },
    ],
  ]),
  ...hiddenRows("config-linux.md#seccomp", {
    "/linux/seccomp/listenerPath":
      "that a descriptor was sent to a socket when the filter was loaded leaves no trace",
    "/linux/seccomp/listenerMetadata": "as listenerPath",
  }),
  ...noWishRows("config-linux.md#seccomp", {
    "/linux/seccomp/defaultErrnoRet": "judged together with defaultAction",
  }),
  ...claimRows("config.md#posix-platform-hooks", [
    [
      "/hooks/*/*",
      "fanotify(7) FAN_OPEN_EXEC",
      "the hook's file was executed when the runtime created (prestart, createRuntime, createContainer) or started the container; who runs the same file at the same moment may be taken for it",
      {
        unseen:
          "poststop; a container that something other than `ocilab` created or started; without CAP_SYS_ADMIN, or before Linux 5.0; startContainer in a sandbox (runsc)",
      },
    ],
  ]),
];
