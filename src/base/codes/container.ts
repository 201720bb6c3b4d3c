import type { CodeTable } from "./table.ts";

export const containerCodes = {
  "container.record-exists": {
    meaning: "ocilab has a record of a container with this id.",
    remedy: "Delete that container (`ocilab delete ID`) or choose another id.",
  },
  "container.bad-record": {
    meaning: "The record of a container under OCILAB_HOME cannot be understood.",
    remedy: "Remove the file that the message names; the container itself stays known to its runtime.",
  },
  "container.no-terminal": {
    meaning: "A terminal was asked for, and standard input is none.",
    remedy: "Run it from a terminal, or leave out `-t`.",
  },
  "container.command-missing": {
    meaning: "The program to run is not in the container's root filesystem (exit code 127).",
    remedy: "Name a program that is there; the message lists what was searched and the nearest name.",
  },
  "container.command-denied": {
    meaning: "The program to run cannot be executed (exit code 126).",
    remedy: "The message says why: mode, interpreter, architecture or line ends.",
  },
  "container.still-mounted": {
    meaning:
      "A temporary bundle holds a mount that cannot be detached, and removing it would delete what is mounted.",
    remedy: "Unmount what the message names; the next run or list removes the rest.",
  },
  "container.not-kept": {
    meaning: "Nobody holds the container's streams, so that there is nothing to attach to and no log.",
    remedy: "Start it with `ocilab run --detach`; `ocilab exec` runs a further process in any container.",
  },
  "container.keeper": {
    meaning: "The process that was to keep a detached container failed.",
    remedy: "Run it again; the message holds its words, and what it had made is removed.",
  },
  "container.temporary": {
    meaning: "The container's bundle goes when it ends, so that a checkpoint of it could not be restored.",
    remedy: "Run it with `--detach` and without `--rm`, or give `checkpoint --leave-running`.",
  },
  "container.lost": {
    meaning: "The container's process ended and its exit status went to another process.",
    remedy: "Run it again; do not start two waiters for one container.",
  },
} as const satisfies CodeTable;
