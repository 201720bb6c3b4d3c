import type { Cause } from "./cause.ts";

/** Terminals. */
export const terminalCauses: readonly Cause[] = [
  {
    name: "terminal-without-socket",
    code: "runtime.terminal",
    says: "the config asks for a terminal (process.terminal), and nobody takes the other end of it: `create` sends it over a socket",
    tries:
      "set /process/terminal to false, give --console-socket, or let `ocilab run -t` open the socket itself",
    shows: "process.terminal, and whether standard input is a terminal",
    words: [
      {
        by: "runc",
        pattern: /cannot allocate tty if runc will detach without setting console socket/,
        example: "runc create failed: cannot allocate tty if runc will detach without setting console socket",
      },
      {
        by: "crun",
        pattern: /use --console-socket with create/,
        example: "use --console-socket with create when a terminal is used",
      },
    ],
  },
  {
    name: "terminal-missing",
    code: "runtime.terminal",
    says: "the config asks for a terminal (process.terminal, which `runc spec` and umoci set), and there is none here: standard input is a pipe, a file or a job's",
    tries: "set /process/terminal to false (ocilab run without -t does), or run it from a terminal",
    shows: "what our standard input is",
    words: [
      {
        by: "runc",
        pattern: /open \/dev\/tty: no such device/,
        example: "runc run failed: open /dev/tty: no such device or address",
      },
      {
        by: "crun",
        pattern: /tcgetattr|the 'terminal' is set but stdin is not a tty|open `?\/dev\/tty`?/i,
        example: "tcgetattr: Inappropriate ioctl for device",
      },
    ],
  },
  {
    name: "terminal-no-job-control",
    code: "runtime.terminal",
    says: "the shell in the container has no terminal of its own: it was started without one, and its streams are those of the runtime's caller",
    tries:
      "ocilab run -it or ocilab exec -it gives it one; `ls -l /proc/PID/fd` shows where its descriptors lead",
    shows: "where descriptors 0, 1 and 2 of the container's process lead",
    words: [
      {
        by: "sh",
        pattern: /can't access tty; job control turned off|no job control in this shell/,
        example: "sh: can't access tty; job control turned off",
      },
    ],
  },
];
