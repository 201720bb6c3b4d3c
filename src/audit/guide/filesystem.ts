import { claimRows, type GuideEntry, noWishRows } from "./entry.ts";

const covered = "a later part of the config lies over the same path";
const lookup = "/proc/PID/root (lstat)";

/** root, mounts, devices and hidden paths. */
export const filesystemGuide: readonly GuideEntry[] = [
  ...claimRows("config.md#root", [
    [
      "/root/path",
      ["SOURCE (stat)", "/proc/PID/root (lstat)"],
      "the process's root directory is the very directory that the config names",
      { unseen: "a relative path while the bundle is not known; a directory that is gone" },
    ],
    ["/root/readonly", "/proc/PID/mountinfo", "the mount at / is read-only when true, writable when false"],
  ]),
  ...claimRows("config-linux.md#rootfs-mount-propagation", [
    [
      "/linux/rootfsPropagation",
      "/proc/PID/mountinfo",
      "shared: a peer group; slave: a master or none; private, unbindable: neither",
    ],
  ]),
  ...claimRows("config.md#mounts", [
    [
      "/mounts",
      "/proc/PID/mountinfo",
      "of two mounts one of which lies below the other, the later one is on top (asked only when there are two such)",
      { members: [], unseen: "the later one is not there, or brings mounts of its own along (rbind)" },
    ],
    [
      "/mounts/*",
      "/proc/PID/mountinfo",
      "a mount of the type is at the destination, links followed inside the container's root",
      { members: ["destination", "type"], unseen: covered },
    ],
    [
      "/mounts/*/source",
      ["SOURCE (stat)", "/proc/PID/root (lstat)"],
      "the destination is the very file or directory that the source names (bind mounts)",
      { unseen: `${covered}; the source is gone or was replaced` },
    ],
    [
      "/mounts/*/options",
      "/proc/PID/mountinfo",
      "every flag as the last option about it says, for r* options on all mounts below as well; the propagation; filesystems that can be written are so unless ro was asked",
      { unseen: covered },
    ],
    [
      "/mounts/*/options/*",
      "/proc/PID/mountinfo",
      "the filesystem shows the option, sizes in bytes and modes in octal",
      {
        unseen:
          "options that say how to mount and leave nothing to be seen, and those that the filesystem does not show",
      },
    ],
    [
      "/mounts/*/uidMappings",
      ["SOURCE (stat)", "/proc/PID/root (lstat)"],
      "the mount's first directory belongs to whom the mapping makes of the source's owner",
      {
        unseen:
          "a mount without a source on the host to compare with; a mapping that leaves the owner as it is",
      },
    ],
    [
      "/mounts/*/gidMappings",
      ["SOURCE (stat)", "/proc/PID/root (lstat)"],
      "as uidMappings, for the group",
      { unseen: "as uidMappings" },
    ],
  ]),
  ...claimRows("config-linux.md#devices", [
    [
      "/linux/devices/*",
      lookup,
      "a node of the type and numbers is at the path",
      { members: ["type", "path", "major", "minor"] },
    ],
    [
      "/linux/devices/*/fileMode",
      lookup,
      "the permission bits",
      { unseen: "the host's own node is bind-mounted there, or nothing is" },
    ],
    [
      "/linux/devices/*/uid",
      lookup,
      "the owner, counted by the container's uid_map",
      { unseen: "as fileMode" },
    ],
    ["/linux/devices/*/gid", lookup, "the group, counted by gid_map", { unseen: "as fileMode" }],
  ]),
  ...claimRows("config-linux.md#masked-paths", [
    [
      "/linux/maskedPaths/*",
      "/proc/PID/mountinfo",
      "nothing is there, or /dev/null, or an empty directory that cannot be written",
    ],
  ]),
  ...claimRows("config-linux.md#readonly-paths", [
    [
      "/linux/readonlyPaths/*",
      "/proc/PID/mountinfo",
      "nothing is there, or the mount that holds it is read-only",
    ],
  ]),
  ...claimRows("config-linux.md#mount-label", [
    [
      "/linux/mountLabel",
      "/proc/PID/mountinfo",
      "every tmpfs, mqueue and devpts of the config shows the context",
      { unseen: "a kernel on which SELinux does not run; a config without such mounts" },
    ],
  ]),
  ...noWishRows("config.md", {
    "/ociVersion": "it is for the runtime",
    "/annotations": "they are for people and tools",
    "/vm": "virtual machines",
    "/freebsd": "another system",
    "/zos": "another system",
    "/solaris": "another system",
    "/windows": "another system",
  }),
];
