import type { Explanations } from "./table.ts";

/** The version, root, process and names. */
export const processExplanations: Explanations = {
  "/ociVersion": [
    "config.md#specification-version",
    "Names the version of the specification that the config is written for; a runtime that knows only older ones may refuse it.",
  ],
  "/root": [
    "config.md#root",
    "Says which directory becomes / for the container: the runtime turns it into the root of its mount namespace with pivot_root.",
  ],
  "/root/path": [
    "config.md#root",
    "Is that directory on the host, counted from the bundle unless it is absolute.",
  ],
  "/root/readonly": [
    "config.md#root",
    "Mounts the root filesystem read-only, so that writing to it fails with EROFS; mounts over it keep their own flags.",
  ],
  "/process": [
    "config.md#process",
    "Describes the first process of the container, which is pid 1 in a PID namespace of its own; when it ends, the container ends.",
  ],
  "/process/terminal": [
    "config.md#process",
    "Gives the process a new pseudoterminal as standard input, output and error; the runtime hands the other end over the console socket.",
  ],
  "/process/consoleSize": [
    "config.md#process",
    "Sets the size of that terminal before the program starts, as `stty size` would show it.",
  ],
  "/process/consoleSize/height": ["config.md#process", "Counts the terminal's rows."],
  "/process/consoleSize/width": ["config.md#process", "Counts the terminal's columns."],
  "/process/user": [
    "config.md#user",
    "Says as whom the program runs; names mean nothing here, the image's passwd file was read when the config was made.",
  ],
  "/process/user/uid": [
    "config.md#user",
    "Is the user id inside, all four of which Uid: in /proc/PID/status shows; a user namespace maps it to another one outside.",
  ],
  "/process/user/gid": ["config.md#user", "Is the group id inside, shown by Gid: in /proc/PID/status."],
  "/process/user/umask": [
    "config.md#user",
    "Takes permission bits away from every file that the process makes, shown by Umask: in /proc/PID/status; written in decimal.",
  ],
  "/process/user/additionalGids": [
    "config.md#user",
    "Adds groups whose permissions the process has too, shown by Groups: in /proc/PID/status.",
  ],
  "/process/user/username": ["config.md#user", "Names the user on Windows and does nothing on Linux."],
  "/process/args": [
    "config.md#process",
    "Is the program and its arguments, handed to execve: nothing expands variables or wildcards, unless a shell is the program.",
  ],
  "/process/commandLine": [
    "config.md#process",
    "Is the whole command line as one text on Windows and does nothing on Linux.",
  ],
  "/process/env": [
    "config.md#process",
    "Is the whole environment, NAME=VALUE each, as /proc/PID/environ shows it at the start; nothing comes from the host. The runtime looks the program up in its PATH.",
  ],
  "/process/cwd": [
    "config.md#process",
    "Is the directory in which the program starts, where /proc/PID/cwd points.",
  ],
  "/process/capabilities": [
    "config.md#linux-process",
    "Splits the power of root into pieces, and says which of them the process has in each of five sets; what is not listed is dropped.",
  ],
  "/process/capabilities/bounding": [
    "config.md#linux-process",
    "Is the most that any program in the container can ever gain, through set-user-id or file capabilities too: CapBnd in /proc/PID/status.",
  ],
  "/process/capabilities/permitted": [
    "config.md#linux-process",
    "Is what the process may switch on: CapPrm in /proc/PID/status.",
  ],
  "/process/capabilities/effective": [
    "config.md#linux-process",
    "Is what the kernel looks at when the process asks for something privileged: CapEff in /proc/PID/status.",
  ],
  "/process/capabilities/inheritable": [
    "config.md#linux-process",
    "Survives execve only where the program's file carries the same capability as inheritable: CapInh in /proc/PID/status. Engines leave it empty.",
  ],
  "/process/capabilities/ambient": [
    "config.md#linux-process",
    "Survives execve of an ordinary program by a user that is not root: CapAmb in /proc/PID/status; each must be permitted and inheritable too.",
  ],
  "/process/rlimits": [
    "config.md#posix-process",
    "Sets limits of getrlimit for the process and what it starts, as /proc/PID/limits lists them.",
  ],
  "/process/rlimits/*": ["config.md#posix-process", "Sets one limit."],
  "/process/rlimits/*/type": [
    "config.md#posix-process",
    "Says what is limited, by the name of getrlimit(2).",
  ],
  "/process/rlimits/*/soft": [
    "config.md#posix-process",
    "Is the limit in force; the process may raise it up to the hard one.",
  ],
  "/process/rlimits/*/hard": [
    "config.md#posix-process",
    "Is how far the soft limit may be raised; raising this one takes CAP_SYS_RESOURCE.",
  ],
  "/process/noNewPrivileges": [
    "config.md#linux-process",
    "Makes execve grant nothing that the process does not have already, so that sudo and other set-user-id programs gain nothing: NoNewPrivs in /proc/PID/status.",
  ],
  "/process/apparmorProfile": [
    "config.md#linux-process",
    "Confines the process by an AppArmor profile that is loaded on the host, shown by /proc/PID/attr/current.",
  ],
  "/process/oomScoreAdj": [
    "config.md#linux-process",
    "Makes the process a more (1000) or less (-1000) likely victim when memory runs out, as /proc/PID/oom_score_adj shows.",
  ],
  "/process/selinuxLabel": [
    "config.md#linux-process",
    "Is the SELinux context that the program gets at execve, shown by /proc/PID/attr/current.",
  ],
  "/process/scheduler": [
    "config.md#linux-process",
    "Chooses how the kernel shares out CPU time to the process, with sched_setattr(2).",
  ],
  "/process/scheduler/policy": [
    "config.md#linux-process",
    "Is the rule of sharing: OTHER for everyday work, FIFO, RR and DEADLINE for real time, as `chrt -p` shows it.",
  ],
  "/process/scheduler/nice": [
    "config.md#linux-process",
    "Weighs the process against others of an ordinary policy, from -20 (more) to 19 (less).",
  ],
  "/process/scheduler/priority": [
    "config.md#linux-process",
    "Ranks the process among FIFO and RR ones, from 1 to 99.",
  ],
  "/process/scheduler/flags": [
    "config.md#linux-process",
    "Adds flags of sched_setattr(2), as one that children start with an ordinary policy again.",
  ],
  "/process/scheduler/runtime": [
    "config.md#linux-process",
    "Is how many nanoseconds a DEADLINE process needs in each period.",
  ],
  "/process/scheduler/deadline": [
    "config.md#linux-process",
    "Is by when in the period, in nanoseconds, it must have had them.",
  ],
  "/process/scheduler/period": ["config.md#linux-process", "Is how often, in nanoseconds, it needs them."],
  "/process/ioPriority": [
    "config.md#linux-process",
    "Ranks the process's reads and writes of disks against those of others, as `ionice -p` shows it.",
  ],
  "/process/ioPriority/class": [
    "config.md#linux-process",
    "Is the class: RT is served before all, BE in turn, IDLE when nobody else wants the disk.",
  ],
  "/process/ioPriority/priority": ["config.md#linux-process", "Ranks within the class, from 0 (first) to 7."],
  "/process/execCPUAffinity": [
    "config.md#linux-process",
    "Chooses CPUs for processes that are added later with exec; the container's first process does not feel it.",
  ],
  "/process/execCPUAffinity/initial": [
    "config.md#linux-process",
    "Is on which CPUs such a process runs before it enters the container's cgroup.",
  ],
  "/process/execCPUAffinity/final": [
    "config.md#linux-process",
    "Is on which CPUs it runs afterwards, shown by Cpus_allowed_list in /proc/PID/status.",
  ],
  "/hostname": [
    "config.md#hostname",
    "Is the name that `hostname` prints inside; the UTS namespace keeps the host's own name apart.",
  ],
  "/domainname": [
    "config.md#domainname",
    "Is the NIS domain name that `domainname` prints inside, kept in the UTS namespace as well.",
  ],
};
