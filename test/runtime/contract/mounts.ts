import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bench, type Change, judge, refused, shows } from "./bench.ts";
import type { Item, Outcome } from "./item.ts";

const area = "mounts and devices";
const withMount =
  (mount: object): Change =>
  ({ mounts }) =>
    mounts.push(mount);
const tmpfs = (options: readonly string[]): Change =>
  withMount({ destination: "/mnt", type: "tmpfs", source: "tmpfs", options });
const optionsOf = (path: string): string => `grep ' ${path} ' /proc/mounts | tail -n 1 | cut -d ' ' -f 4`;
const attempt = (command: string): string => `( ${command} ) 2>/dev/null && echo can || echo cannot`;

/** A directory of ours with one file, bound at /mnt. */
function bound(options: readonly string[], script: string, expected: string | RegExp, more: object = {}) {
  return async (bench: Bench): Promise<Outcome> => {
    const source = join(bench.place, "source");
    mkdirSync(source);
    writeFileSync(join(source, "file"), "content\n");
    const mount = { destination: "/mnt", type: "bind", source, options, ...more };
    return judge(await bench.run(withMount(mount), script), expected);
  };
}

const idMaps = {
  uidMappings: [{ containerID: 0, hostID: 5000, size: 1 }],
  gidMappings: [{ containerID: 0, hostID: 5000, size: 1 }],
};

export const mountItems: readonly Item[] = [
  {
    id: "mount-tmpfs",
    title: "tmpfs with size and mode",
    area,
    attempt: shows(
      tmpfs(["size=1m", "mode=0751"]),
      "stat -c %a /mnt; df -k /mnt | tail -n 1 | tr -s ' ' | cut -d ' ' -f 2",
      "751\n1024",
    ),
  },
  { id: "mount-bind", title: "bind", area, attempt: bound(["bind"], "cat /mnt/file", "content") },
  {
    id: "mount-bind-ro",
    title: "bind, ro",
    area,
    attempt: bound(["bind", "ro"], attempt("touch /mnt/x"), "cannot"),
  },
  {
    id: "mount-noexec",
    title: "noexec",
    area,
    attempt: shows(tmpfs(["noexec"]), `cp /bin/busybox /mnt/; ${attempt("/mnt/busybox true")}`, "cannot"),
  },
  {
    id: "mount-nosuid-nodev",
    title: "nosuid, nodev",
    area,
    attempt: shows(tmpfs(["nosuid", "nodev"]), optionsOf("/mnt"), /(?=.*nosuid)(?=.*nodev)/),
  },
  {
    id: "mount-noatime",
    title: "noatime",
    area,
    attempt: shows(tmpfs(["noatime"]), optionsOf("/mnt"), /noatime/),
  },
  {
    id: "mount-nosymfollow",
    title: "nosymfollow",
    area,
    attempt: shows(
      tmpfs(["nosymfollow"]),
      `ln -s /etc /mnt/link; ${attempt("ls /mnt/link/")} | tail -n 1`,
      "cannot",
    ),
  },
  {
    id: "mount-tmpcopyup",
    title: "tmpcopyup",
    area,
    statements: ["CFG-MOPT-58"],
    attempt: shows(
      withMount({ destination: "/etc", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"] }),
      attempt("test -e /etc/passwd"),
      "can",
    ),
  },
  {
    id: "mount-rro",
    title: "rro: read-only with all below",
    area,
    attempt: shows(
      withMount({ destination: "/mnt", type: "bind", source: "/dev", options: ["rbind", "rro"] }),
      attempt("touch /mnt/shm/.contract && rm /mnt/shm/.contract"),
      "cannot",
    ),
  },
  {
    id: "mount-idmap",
    title: "idmap",
    area,
    field: "/mounts/idmap",
    statements: ["CFG-IDMO-01", "CFG-IDMO-03"],
    attempt: bound(["bind", "idmap"], "stat -c %u /mnt/file", "5000", idMaps),
  },
  {
    id: "mount-ridmap",
    title: "ridmap",
    area,
    field: "/mounts/ridmap",
    statements: ["CFG-IDMO-08"],
    attempt: bound(["rbind", "ridmap"], "stat -c %u /mnt/file", "5000", idMaps),
  },
  {
    id: "mount-propagation",
    title: "mount propagation: rshared",
    area,
    attempt: bound(["rbind", "rshared"], "grep ' /mnt ' /proc/self/mountinfo | cut -d ' ' -f 7", /^shared:/),
  },
  {
    id: "mount-missing-source",
    title: "a bind mount without its source is an error",
    area,
    attempt: refused(
      withMount({ destination: "/mnt", type: "bind", source: "/no/such/source", options: ["bind"] }),
    ),
  },
  {
    id: "root-readonly",
    title: "root.readonly",
    area,
    field: "/root/readonly",
    attempt: shows(
      ({ root }) => Object.assign(root, { readonly: true }),
      attempt("touch /contract"),
      "cannot",
    ),
  },
  {
    id: "rootfs-propagation",
    title: "rootfsPropagation: shared",
    area,
    field: "/linux/rootfsPropagation",
    attempt: shows(
      ({ linux }) => Object.assign(linux, { rootfsPropagation: "shared" }),
      "grep ' / / ' /proc/self/mountinfo | cut -d ' ' -f 7; grep -c shared: /proc/self/mountinfo",
      /shared:|^[1-9]/,
    ),
  },
  {
    id: "masked-paths",
    title: "maskedPaths",
    area,
    attempt: shows(
      ({ linux }) => Object.assign(linux, { maskedPaths: ["/etc/passwd"] }),
      "wc -c </etc/passwd",
      "0",
    ),
  },
  {
    id: "readonly-paths",
    title: "readonlyPaths",
    area,
    attempt: shows(
      ({ linux }) => Object.assign(linux, { readonlyPaths: ["/tmp"] }),
      attempt("touch /tmp/contract"),
      "cannot",
    ),
  },
  {
    id: "device",
    title: "devices",
    area,
    field: "/linux/devices",
    attempt: shows(
      ({ linux }) =>
        Object.assign(linux, {
          devices: [
            { path: "/dev/contract", type: "c", major: 1, minor: 3, fileMode: 0o640, uid: 7, gid: 8 },
          ],
        }),
      "stat -c '%F %a %u %g' /dev/contract",
      "character special file 640 7 8",
    ),
  },
  {
    id: "default-devices",
    title: "the default devices and links of /dev",
    area,
    attempt: shows(
      () => undefined,
      "cd /dev; for f in null zero full random urandom tty fd stdin stdout stderr ptmx; do test -e $f || test -L $f || echo no $f; done; echo looked",
      "looked",
    ),
  },
];
