import { statSync } from "node:fs";
import type { FlagRow } from "./row.ts";

const bind = { destination: "/b", type: "bind", source: "/a" };
const tmpfs = { destination: "/t", type: "tmpfs", source: "tmpfs" };
const recursive = ["rbind", "rprivate"];
const locked = ["nosuid", "noexec", "nodev"];
const range = { containerID: 0, hostID: 1000, size: 10 };
const { mode, uid, gid } = statSync("/dev/null");
const nullDevice = { type: "c", path: "/dev/mine", major: 1, minor: 3, fileMode: mode & 0o7777, uid, gid };
const rule = { allow: true, type: "c", major: 1, minor: 3, access: "rwm" };

function added(argv: readonly string[], mount: object, more: object = {}): FlagRow {
  return [
    argv[0] === "--mount" ? "mount" : argv[0] === "-v" ? "volume" : "tmpfs",
    argv,
    { "/mounts/-": mount, ...more },
  ];
}

export const filesystemRows: readonly FlagRow[] = [
  ["read-only", ["--read-only"], { "/root/readonly": true }],
  added(["-v", "/a:/b"], { ...bind, options: recursive }),
  added(["-v", "/a:/b:rw"], { ...bind, options: recursive }),
  added(["-v", "/a:/b:ro"], { ...bind, options: [...recursive, "ro", "rro"] }),
  added(["-v", "/a:/b:rslave,ro"], { ...bind, options: ["rbind", "rslave", "ro", "rro"] }),
  added(["-v", "/a:/b:cached"], { ...bind, options: recursive }),
  added(["-v", "./a:/b"], { ...bind, source: "./a", options: recursive }),
  added(["-v", "../a:/b"], { ...bind, source: "../a", options: recursive }),
  ...["private", "rprivate", "shared", "rshared", "slave", "rslave"].map((propagation) =>
    added(["-v", `/a:/b:${propagation}`], { ...bind, options: ["rbind", propagation] }),
  ),
  added(["--mount", "type=bind,src=/a,dst=/b,ro"], { ...bind, options: [...recursive, "ro", "rro"] }),
  added(["--mount", "type=bind,source=a,target=/b,readonly=TRUE,consistency=cached"], {
    ...bind,
    source: "./a",
    options: [...recursive, "ro", "rro"],
  }),
  added(["--mount", "src=/a,destination=/b,readonly=false"], { ...bind, options: recursive }),
  added(["--mount", 'type=bind,"src=/a,b",dst=/b'], { ...bind, source: "/a,b", options: recursive }),
  added(["--mount", "type=bind,src=/a,dst=/b,bind-propagation=rshared"], {
    ...bind,
    options: ["rbind", "rshared"],
  }),
  added(["--mount", "type=bind,src=/a,dst=/b,bind-nonrecursive,ro"], {
    ...bind,
    options: ["bind", "rprivate", "ro"],
  }),
  added(["--mount", "type=bind,src=/a,dst=/b,bind-recursive=disabled"], {
    ...bind,
    options: ["bind", "rprivate"],
  }),
  added(["--mount", "type=bind,src=/a,dst=/b,ro,bind-recursive=writable"], {
    ...bind,
    options: [...recursive, "ro"],
  }),
  added(["--mount", "type=bind,src=/a,dst=/b,ro,bind-recursive=readonly"], {
    ...bind,
    options: [...recursive, "ro", "rro"],
  }),
  added(
    ["--mount", "type=bind,src=/a,dst=/b,uidmap=0:1000:10"],
    { ...bind, options: [...recursive, "idmap"], uidMappings: [range], gidMappings: [range] },
    { "/ociVersion": "1.2.0" },
  ),
  added(
    ["--mount", "type=bind,src=/a,dst=/b,ridmap,uidmap=0:1000:10,uidmap=10:0:1,gidmap=0:1000:10"],
    {
      ...bind,
      options: [...recursive, "ridmap"],
      uidMappings: [range, { containerID: 10, hostID: 0, size: 1 }],
      gidMappings: [range],
    },
    { "/ociVersion": "1.2.0" },
  ),
  added(
    ["--mount", "type=bind,src=/a,dst=/b,idmap"],
    { ...bind, options: [...recursive, "idmap"] },
    { "/ociVersion": "1.2.0" },
  ),
  added(["--mount", "type=tmpfs,dst=/t"], { ...tmpfs, options: locked }),
  added(["--mount", "type=tmpfs,dst=/t,tmpfs-size=64m,tmpfs-mode=1770,ro"], {
    ...tmpfs,
    options: [...locked, "size=67108864", "mode=1770", "ro"],
  }),
  added(["--tmpfs", "/t"], { ...tmpfs, options: locked }),
  added(["--tmpfs", "/t:size=1m,mode=1777,exec"], {
    ...tmpfs,
    options: ["nosuid", "nodev", "size=1048576", "mode=1777", "exec"],
  }),
  added(["--tmpfs", "/t:size=50%,uid=5,nr_inodes=10k,noatime"], {
    ...tmpfs,
    options: [...locked, "size=50%", "uid=5", "nr_inodes=10k", "noatime"],
  }),
  [
    "device",
    ["--device", "/dev/null:/dev/mine:r"],
    { "/linux/devices": [nullDevice], "/linux/resources/devices/-": { ...rule, access: "r" } },
  ],
  [
    "device",
    ["--device", "/dev/null"],
    { "/linux/devices": [{ ...nullDevice, path: "/dev/null" }], "/linux/resources/devices/-": rule },
  ],
  [
    "device",
    ["--device", "/dev/null:rw"],
    {
      "/linux/devices": [{ ...nullDevice, path: "/dev/null" }],
      "/linux/resources/devices/-": { ...rule, access: "rw" },
    },
  ],
  [
    "device-cgroup-rule",
    ["--device-cgroup-rule", "c 42:* rwm"],
    { "/linux/resources/devices/-": { allow: true, type: "c", major: 42, access: "rwm" } },
  ],
  [
    "device-cgroup-rule",
    ["--device-cgroup-rule", "b 8:1 r"],
    { "/linux/resources/devices/-": { allow: true, type: "b", major: 8, minor: 1, access: "r" } },
  ],
  [
    "device-cgroup-rule",
    ["--device-cgroup-rule", "a *:* m"],
    { "/linux/resources/devices/-": { allow: true, type: "a", access: "m" } },
  ],
  ["shm-size", ["--shm-size", "1g"], { "/mounts/6/options": [...locked, "mode=1777", "size=1073741824"] }],
  ...["private", "shared", "slave", "unbindable"].map(
    (kind): FlagRow => [
      "rootfs-propagation",
      ["--rootfs-propagation", kind],
      { "/linux/rootfsPropagation": kind },
    ],
  ),
];
