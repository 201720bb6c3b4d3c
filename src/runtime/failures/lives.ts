import type { Cause } from "./cause.ts";

/** A container's life: its id, its status, the directory that the runtime keeps it in. */
export const lifeCauses: readonly Cause[] = [
  {
    name: "id-taken",
    code: "runtime.exists",
    says: "a container with this id exists already: one that ran detached and was not deleted, or one whose runtime was killed",
    tries: "ocilab delete ID (--force while it runs), or choose another id",
    shows: "its state, pid, age and bundle",
    words: [
      {
        by: "runc",
        pattern: /container with (given )?id .*exists/i,
        example: "runc create failed: container with given ID already exists",
      },
      {
        by: "crun",
        pattern: /container `(?<id>[^`]*)` already exists/,
        example: "container `web` already exists",
      },
      {
        by: "runsc",
        pattern: /container with id "?(?<id>[^"]*)"? already exists|cannot lock container metadata file/,
        example: 'creating container: container with id "web" already exists',
      },
    ],
  },
  {
    name: "id-unknown",
    code: "runtime.not-found",
    says: "the runtime knows no such container in the directory that it searched: the id is wrong, or the container belongs to another root directory, user or runtime",
    tries: "`ocilab list` shows the containers of every known place; --root and --runtime choose one",
    shows: "the ids in this root and in every other known one, and the nearest",
    words: [
      {
        by: "runc",
        pattern: /^container (?!process)("[^"]*" )?does not exist/m,
        example: "container does not exist",
      },
      {
        by: "crun",
        pattern: /`.*` does not exist: open|\/status`: No such file/i,
        example: "container `web` does not exist: open `/run/crun/web/status`: No such file or directory",
      },
      {
        by: "runsc",
        pattern: /loading container.*: (file does not exist|container .* not found)/,
        example: "loading container: file does not exist",
      },
    ],
  },
  {
    name: "still-running",
    code: "runtime.wrong-status",
    says: "the container has not ended, so it cannot be deleted",
    tries:
      "end it first (ocilab kill ID, then ocilab kill ID KILL), or ocilab delete --force ID; created → running → stopped → deleted",
    shows: "its status and pid",
    words: [
      {
        by: "runc",
        pattern: /cannot delete container \S+ that is not stopped/,
        example: "cannot delete container web that is not stopped: running",
      },
      {
        by: "crun",
        pattern:
          /the container `[^`]*` is not in `created` or `stopped` state|cannot delete running container/,
        example: "the container `web` is not in `created` or `stopped` state",
      },
      {
        by: "runsc",
        pattern: /cannot delete container that is not stopped/,
        example: "cannot delete container that is not stopped without --force flag",
      },
    ],
  },
  {
    name: "started-already",
    code: "runtime.wrong-status",
    says: "the container was started already: its program runs, or has run",
    tries:
      "ocilab exec ID COMMAND runs another program in it; a container is started once, delete it and create it anew",
    shows: "its status and pid",
    words: [
      {
        by: "runc",
        pattern: /cannot start an already running container/,
        example: "cannot start an already running container",
      },
      {
        by: "crun",
        pattern: /cannot open `[^`]*exec\.fifo`/,
        example: "cannot open `/run/crun/web/exec.fifo`: No such file or directory",
      },
      {
        by: "runsc",
        pattern: /cannot start container ("[^"]*" )?in state/,
        example: 'starting container: cannot start container "web" in state running',
      },
    ],
  },
  {
    name: "container-stopped",
    code: "runtime.not-running",
    says: "the container's process has ended, so nothing can be run in it or sent to it",
    tries:
      "delete it and create it anew; `ocilab wait ID` and `ocilab logs ID` tell how a detached one ended",
    words: [
      {
        by: "runc",
        pattern: /cannot exec in a stopped container|container not running$/,
        example: "exec failed: cannot exec in a stopped container",
      },
      {
        by: "crun",
        pattern: /the container `[^`]*` is not running/,
        example: "the container `web` is not running",
      },
    ],
  },
  {
    name: "ended-before-start",
    code: "runtime.wrong-status",
    says: "the container's process has ended before it was started: killed from outside, for lack of memory, or by a seccomp filter that forbids the runtime's own last calls",
    tries: "delete it and create it anew; `ocilab check BUNDLE` names the calls that the profile forbids",
    shows: "its status, and calls that the runtime makes and the config's profile forbids",
    words: [
      {
        by: "runc",
        pattern: /cannot start a container that has stopped/,
        example: "cannot start a container that has stopped",
      },
    ],
  },
  {
    name: "state-directory-denied",
    code: "runtime.permission",
    says: "this user may not write where the runtime keeps its containers {path}",
    tries:
      "run it as root, or give --root with a directory of your own and a rootless config (ocilab run --rootless)",
    shows: "owner and mode of the directory, our uid, and XDG_RUNTIME_DIR",
    words: [
      {
        by: "runc",
        pattern: /mkdir (?<path>\/run\/\S+): permission denied/,
        example: "mkdir /run/runc: permission denied",
      },
      {
        by: "crun",
        pattern:
          /(creating|mkdir|create directory) `?(?<path>\/run\/[^`:]+)`?: (Permission denied|No such file)/,
        example: "create directory `/run/crun`: No such file or directory",
      },
      {
        by: "runsc",
        pattern: /creating (container )?root directory.* mkdir (?<path>\S+): permission denied/,
        example: 'error creating root directory "/run/runsc": mkdir /run/runsc: permission denied',
      },
    ],
  },
  {
    name: "runtime-killed",
    code: "runtime.failed",
    says: "the runtime itself was killed: by hand, or by the kernel, since it sat in the container's cgroup and its memory limit is below its own need",
    tries:
      "raise /linux/resources/memory/limit (gVisor needs about 64 MiB), and look for its name in the kernel's log: dmesg",
    shows: "the limits that were asked for",
    words: [{ by: "runsc", pattern: /^ended with SIGKILL/, example: "ended with SIGKILL and said nothing" }],
  },
  {
    name: "killed-for-memory",
    code: "runtime.failed",
    says: "the kernel killed the program because its cgroup had no memory left (exit code 137: 128 + SIGKILL)",
    tries:
      "raise /linux/resources/memory/limit (--memory), or find out what uses it: ocilab inspect ID while it runs",
    shows:
      "memory.events of the cgroup: oom_kill counts the processes that were killed (v1: memory.oom_control)",
    words: [
      {
        by: "any program",
        pattern: /OOMKilled|[Oo]ut of memory: Killed process|oom[-_]kill/,
        example: "Memory cgroup out of memory: Killed process 4711 (app)",
      },
    ],
  },
  {
    name: "signal-ignored",
    code: "runtime.failed",
    says: "ending it takes ten seconds and gives exit code 137: the first process of a pid namespace gets only signals that it has a handler for, so SIGTERM was dropped and SIGKILL came in the end",
    tries:
      "--init puts an init before the program that passes signals on, --stop-signal names one that it handles, or let the program handle SIGTERM; a shell that runs it should end in exec PROGRAM",
    shows: "SigCgt of the first process in /proc/PID/status: the signals that it handles",
    words: [
      {
        by: "docker",
        pattern:
          /did not (exit|stop) within \d+ seconds of signal|failed to exit within \d+ ?s(econds)? of (signal )?(15|SIGTERM)/,
        example: "container failed to exit within 10s of signal 15 - using the force",
      },
    ],
  },
];
