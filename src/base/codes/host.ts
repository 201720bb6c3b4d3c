import type { CodeTable } from "./table.ts";

export const hostCodes = {
  "host.program-missing": {
    meaning: "A program that the command needs is not on this machine.",
    remedy: "Install the package that the message names, or say where the program is.",
  },
  "host.system-call": {
    meaning: "A system call failed.",
    remedy: "The message gives the call, its arguments and the kernel's error name.",
  },
  "host.no-user-namespace": {
    meaning: "An ordinary user's work needs a user namespace, and this system does not let it be made.",
    remedy: "The message names the switch that forbids it, where it is a known one. Or run as root.",
  },
  "host.store-unwritable": {
    meaning: "The directory where ocilab keeps containers, bundles and images cannot be made or written.",
    remedy: "Set OCILAB_HOME to a directory that can be written and has room.",
  },
  "host.interrupted": {
    meaning: "The command was stopped by a signal and has undone what it had begun.",
    remedy: "Run it again.",
  },
  "host.internal": {
    meaning: "Something happened that ocilab did not foresee.",
    remedy: "Report it with the output of the same command under `--log-level debug`.",
  },
} as const satisfies CodeTable;
