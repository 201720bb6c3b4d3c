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
  "label-file": {
    kind: "list",
    value: "FILE",
    help: "the annotations of a file, one NAME=VALUE a line",
    sets: ["/annotations"],
  },
  hook: {
    kind: "list",
    value: "KIND=PROGRAM...",
    help: "a program that the runtime calls: poststop=/bin/touch /tmp/x; timeout=SECONDS and variables may stand before it, or a hook in JSON",
    sets: ["/hooks"],
  },
} satisfies ConfigFlagTable);
