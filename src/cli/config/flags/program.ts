import { type ConfigFlagTable, under } from "./table.ts";

/** What is run, as whom, where and with which environment. */
export const programFlags = under("the program", {
  tty: {
    kind: "switch",
    short: "t",
    help: "give the program a terminal",
    sets: ["/process/terminal", "/process/env"],
  },
  env: {
    kind: "list",
    short: "e",
    value: "NAME[=VALUE]",
    help: "set a variable; without a value take ours",
    sets: ["/process/env"],
  },
  "env-file": {
    kind: "list",
    value: "FILE",
    help: "set the variables of a file, one NAME=VALUE a line",
    sets: ["/process/env"],
  },
  user: {
    kind: "value",
    short: "u",
    value: "USER[:GROUP]",
    help: "run as this user; names are looked up in the rootfs",
    sets: ["/process/user"],
  },
  "group-add": {
    kind: "list",
    value: "GROUP",
    help: "one more group",
    sets: ["/process/user/additionalGids"],
  },
  workdir: {
    kind: "value",
    short: "w",
    value: "DIR",
    help: "the working directory inside",
    sets: ["/process/cwd"],
  },
  entrypoint: {
    kind: "value",
    value: "PROGRAM",
    help: 'another program than the image\'s; "" for none',
    sets: ["/process/args"],
  },
  umask: {
    kind: "value",
    value: "OCTAL",
    help: "the mode bits that new files do not get: 022",
    sets: ["/process/user/umask"],
  },
  init: {
    kind: "switch",
    help: "a small init of the host as process 1, which passes signals on and collects what ends",
    sets: ["/process/args", "/mounts"],
  },
  "init-path": {
    kind: "value",
    value: "FILE",
    help: "that init (default: docker-init, tini-static, tini or catatonit in PATH); means --init",
    sets: ["/process/args", "/mounts"],
  },
  "stop-signal": {
    kind: "value",
    value: "SIGNAL",
    help: "the signal that ends it, for `ocilab kill`",
    sets: ["/annotations"],
  },
} satisfies ConfigFlagTable);
