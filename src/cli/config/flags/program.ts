import { type ConfigFlagTable, under } from "./table.ts";

/** What is run, as whom, where and with which environment. */
export const programFlags = under("the program", {
  tty: { kind: "switch", short: "t", help: "give the program a terminal", sets: ["/process/terminal"] },
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
} satisfies ConfigFlagTable);
