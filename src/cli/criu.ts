import { resolve } from "node:path";
import { givenPath } from "./commands/shared.ts";
import type { FlagTable, FlagValues } from "./flags.ts";

/** What `checkpoint` and `restore` have in common, as runc names it (runc-checkpoint(8)). */
export const criuFlags = {
  "image-path": {
    kind: "value",
    value: "DIR",
    help: "criu's images of the processes (default: ./checkpoint)",
  },
  "work-path": { kind: "value", value: "DIR", help: "where criu works and logs (default: below the images)" },
  "tcp-established": { kind: "switch", help: "allow open TCP connections" },
  "ext-unix-sk": { kind: "switch", help: "allow unix sockets whose other end is outside" },
  "shell-job": { kind: "switch", help: "allow a session leader outside, as a terminal's" },
  "lazy-pages": { kind: "switch", help: "memory is fetched when it is used (userfaultfd)" },
  "file-locks": { kind: "switch", help: "allow file locks" },
  "manage-cgroups-mode": {
    kind: "value",
    value: "MODE",
    choices: ["soft", "full", "strict", "ignore"],
    help: "how criu treats cgroups: soft, full, strict, ignore",
  },
  "auto-dedup": { kind: "switch", help: "drop memory that a later image holds too" },
  "empty-ns": {
    kind: "list",
    value: "NAMESPACE",
    help: "make this namespace without what is in it: network",
  },
} as const satisfies FlagTable;

/** The flags as the driver takes them, paths absolute. Errors: "usage.bad-argument". */
export function criuOptions(flags: FlagValues<typeof criuFlags>) {
  const mode = flags["manage-cgroups-mode"] as "soft" | "full" | "strict" | "ignore" | undefined;
  const images = flags["image-path"];
  const work = flags["work-path"];
  return {
    imagePath: images === undefined ? undefined : resolve(givenPath(images, "--image-path")),
    workPath: work === undefined ? undefined : resolve(givenPath(work, "--work-path")),
    tcpEstablished: flags["tcp-established"],
    externalUnixSockets: flags["ext-unix-sk"],
    shellJob: flags["shell-job"],
    lazyPages: flags["lazy-pages"],
    fileLocks: flags["file-locks"],
    manageCgroupsMode: mode,
    autoDedup: flags["auto-dedup"],
    emptyNamespaces: flags["empty-ns"],
  };
}
