import { type ConfigFlagTable, under } from "./table.ts";

/** The root filesystem, what is mounted over it, and devices. */
export const filesystemFlags = under("files and devices", {
  "read-only": { kind: "switch", help: "mount the root filesystem read-only", sets: ["/root/readonly"] },
  volume: {
    kind: "list",
    short: "v",
    value: "FROM:TO[:WORDS]",
    help: "show a path of the host inside; words: ro, rw, rprivate, private, rshared, shared, rslave, slave",
    sets: ["/mounts"],
  },
  mount: {
    kind: "list",
    value: "type=bind|tmpfs,...",
    help: "the same at length: type=bind,source=/a,target=/b,readonly and bind-propagation=, bind-recursive=, idmap, uidmap=, gidmap=; or type=tmpfs,target=/b and tmpfs-size=64m, tmpfs-mode=1777",
    sets: ["/mounts"],
  },
  tmpfs: {
    kind: "list",
    value: "DIR[:OPTIONS]",
    help: "an empty filesystem in memory: /run:size=64m,mode=1777,exec",
    sets: ["/mounts"],
  },
  device: {
    kind: "list",
    value: "FROM[:TO[:rwm]]",
    help: "a device of the host, or all those in a directory",
    sets: ["/linux/devices", "/linux/resources/devices"],
  },
  "device-cgroup-rule": {
    kind: "list",
    value: "RULE",
    help: 'allow devices by their numbers: "c 42:* rwm"',
    sets: ["/linux/resources/devices"],
  },
  "shm-size": {
    kind: "value",
    value: "SIZE",
    help: "the size of /dev/shm (default: 64m)",
    sets: ["/mounts"],
  },
  "rootfs-propagation": {
    kind: "value",
    value: "KIND",
    choices: ["private", "shared", "slave", "unbindable"],
    help: "how mounts travel between the root filesystem and the host",
    sets: ["/linux/rootfsPropagation"],
  },
} satisfies ConfigFlagTable);
