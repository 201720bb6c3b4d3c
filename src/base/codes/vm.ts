import type { CodeTable } from "./table.ts";

export const vmCodes = {
  "vm.no-qemu": {
    meaning: "QEMU, which runs the machine, is not installed.",
    remedy: "Install the package that the message names.",
  },
  "vm.no-kernel": {
    meaning: "The machine has no kernel that it can boot.",
    remedy: "Run `ocilab vm prepare`, or name a kernel with --kernel PATH.",
  },
  "vm.prepare": {
    meaning: "A package for the machine could not be fetched or unpacked.",
    remedy: "The message holds apt's own words; run `ocilab vm prepare` again, it goes on where it stopped.",
  },
  "vm.no-user": {
    meaning: "The user for --user is not in /etc/passwd.",
    remedy: "Name a user of this host: the machine's root is the host's.",
  },
  "vm.no-terminal": {
    meaning: "A terminal was asked for, and standard input is none.",
    remedy: "Run it from a terminal, or leave out -t.",
  },
  "vm.directory": {
    meaning: "A directory that the machine should see cannot be given to it.",
    remedy: "Name a directory that exists, outside /proc, /sys and /dev.",
  },
  "vm.not-started": {
    meaning: "QEMU ended before the machine was up.",
    remedy: "The message holds QEMU's own words and the end of the machine's console.",
  },
  "vm.panic": {
    meaning: "The machine's kernel panicked.",
    remedy: "The message holds the end of the machine's console; --keep-console keeps all of it.",
  },
  "vm.out-of-memory": {
    meaning: "The machine as a whole ran out of memory, or the host had too little for it.",
    remedy: "Give it more with --memory, or less when the host is short.",
  },
  "vm.timeout": {
    meaning: "The machine did not come up in time, or the command ran longer than --timeout.",
    remedy: "Give a longer --timeout; --keep-console shows how far the machine came.",
  },
  "vm.ended": {
    meaning: "The machine ended before the command had a result.",
    remedy:
      "The message holds what QEMU and the console said last; the command may have powered the machine off.",
  },
  "vm.snapshot": {
    meaning: "The booted machine could not be saved or restored.",
    remedy: "Run `ocilab vm snapshot` again; `--cold` boots without one.",
  },
} as const satisfies CodeTable;
