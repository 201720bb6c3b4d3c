import { type ConfigFlagTable, under } from "./table.ts";

/** What the container is called and what is noted on it. */
export const identityFlags = under("names and notes", {
  hostname: { kind: "value", value: "NAME", help: "the host name inside", sets: ["/hostname"] },
  domainname: { kind: "value", value: "NAME", help: "the NIS domain name inside", sets: ["/domainname"] },
  annotation: {
    kind: "list",
    value: "NAME=VALUE",
    help: "an annotation of config.json",
    sets: ["/annotations"],
  },
  label: {
    kind: "list",
    short: "l",
    value: "NAME=VALUE",
    help: "the same as --annotation, docker's name",
    sets: ["/annotations"],
  },
  hook: {
    kind: "list",
    value: "KIND=PROGRAM ARGS",
    help: "a program that the runtime calls: poststop=/bin/touch /tmp/x",
    sets: ["/hooks"],
  },
} satisfies ConfigFlagTable);
