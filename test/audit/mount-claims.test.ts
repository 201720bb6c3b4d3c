import { describe, expect, test } from "vitest";
import { mountAt, mountOf, mountsBelow } from "../../src/audit/mount-tree.ts";
import { parseMountinfo } from "../../src/kernel/parse/mountinfo.ts";
import type { Mount, Spec } from "../../src/oci/spec.ts";
import { mounted, type Row, verdictsOf } from "./support/rows.ts";

const asks = (...mounts: readonly Mount[]): Partial<Spec> => ({ mounts: [...mounts] });
const tmp = (options: string[]): Partial<Spec> =>
  asks({ destination: "/t", type: "tmpfs", source: "tmpfs", options });
const tmpfs = (flags: string, superOptions = "rw"): string =>
  `11 10 0:11 / /t ${flags} - tmpfs tmpfs ${superOptions}`;

const rows: readonly Row[] = [
  ["a mount", tmp([]), mounted(tmpfs("rw")), { "/mounts/0": "kept" }],
  ["no mount", tmp(["ro"]), mounted(), { "/mounts/0": "broken", "/mounts/0/options": "unseen" }],
  [
    "another type",
    asks({ destination: "/t", type: "proc" }),
    mounted(tmpfs("rw")),
    { "/mounts/0": "broken" },
  ],
  [
    "destination without a slash",
    asks({ destination: "t/", type: "tmpfs" }),
    mounted(tmpfs("rw")),
    { "/mounts/0": "kept" },
  ],
  [
    "destination through a link",
    asks({ destination: "/link", type: "tmpfs" }),
    { ...mounted(tmpfs("rw")), "/proc/7/root/link": "-> /t", "/proc/7/root/t/": "" },
    { "/mounts/0": "kept" },
  ],
  [
    "flags",
    tmp(["nosuid", "nodev", "noexec", "ro"]),
    mounted(tmpfs("ro,nosuid,nodev,noexec,relatime")),
    { "/mounts/0/options": "kept" },
  ],
  ["ro by the filesystem", tmp(["ro"]), mounted(tmpfs("rw", "ro")), { "/mounts/0/options": "kept" }],
  [
    "a flag missing",
    tmp(["nosuid", "noexec"]),
    mounted(tmpfs("rw,nosuid")),
    { "/mounts/0/options": "broken" },
  ],
  [
    "a flag that was not to be",
    tmp(["exec", "rw"]),
    mounted(tmpfs("rw,noexec")),
    { "/mounts/0/options": "broken" },
  ],
  [
    "the last of two options",
    tmp(["ro", "rw", "suid", "nosuid"]),
    mounted(tmpfs("rw,nosuid")),
    { "/mounts/0/options": "kept" },
  ],
  ["relatime", tmp(["relatime"]), mounted(tmpfs("rw,relatime")), { "/mounts/0/options": "kept" }],
  ["strictatime", tmp(["strictatime"]), mounted(tmpfs("rw,relatime")), { "/mounts/0/options": "broken" }],
  [
    "noatime after relatime",
    tmp(["relatime", "noatime"]),
    mounted(tmpfs("rw,noatime")),
    { "/mounts/0/options": "kept" },
  ],
  [
    "recursive flags",
    tmp(["rro"]),
    mounted(tmpfs("ro"), "12 11 0:12 / /t/s rw - proc proc rw"),
    { "/mounts/0/options": "broken" },
  ],
  [
    "propagation",
    tmp(["rshared"]),
    mounted("11 10 0:11 / /t rw shared:4 - tmpfs tmpfs rw"),
    { "/mounts/0/options": "kept" },
  ],
  ["propagation missing", tmp(["shared"]), mounted(tmpfs("rw")), { "/mounts/0/options": "broken" }],
  ["slave without a master", tmp(["rslave"]), mounted(tmpfs("rw")), { "/mounts/0/options": "kept" }],
  [
    "not private",
    tmp(["rprivate"]),
    mounted("11 10 0:11 / /t rw master:4 - tmpfs tmpfs rw"),
    { "/mounts/0/options": "broken" },
  ],
  ["unbindable", tmp(["unbindable"]), mounted(tmpfs("rw")), { "/mounts/0/options": "broken" }],
  [
    "sizes and modes",
    tmp(["size=64m", "mode=0700", "nr_inodes=1k", "uid=0"]),
    mounted(tmpfs("rw", "rw,size=65536k,mode=700,nr_inodes=1024")),
    {
      "/mounts/0/options/0": "kept",
      "/mounts/0/options/1": "kept",
      "/mounts/0/options/2": "kept",
      "/mounts/0/options/3": "kept",
    },
  ],
  [
    "other sizes and modes",
    tmp(["size=64m", "mode=0755", "uid=5"]),
    mounted(tmpfs("rw", "rw,size=65540k")),
    { "/mounts/0/options/0": "broken", "/mounts/0/options/1": "broken", "/mounts/0/options/2": "broken" },
  ],
  [
    "a size rounded up to pages of 4 or 64 KiB",
    tmp(["size=60000", "size=60001"]),
    mounted(tmpfs("rw", "rw,size=60k")),
    { "/mounts/0/options/0": "kept", "/mounts/0/options/1": "kept" },
  ],
  [
    "a larger size",
    tmp(["size=64m"]),
    mounted(tmpfs("rw", "rw,size=131072k")),
    { "/mounts/0/options/0": "broken" },
  ],
  [
    "a smaller size",
    tmp(["size=64m"]),
    mounted(tmpfs("rw", "rw,size=1024k")),
    { "/mounts/0/options/0": "broken" },
  ],
  [
    "options that are not shown",
    tmp(["huge=always", "size=5%", "tmpcopyup"]),
    mounted(tmpfs("rw", "rw,size=9k")),
    { "/mounts/0/options/0": "unseen", "/mounts/0/options/1": "unseen", "/mounts/0/options/2": "unseen" },
  ],
  [
    "covered by a later mount",
    asks({ destination: "/t/s", type: "tmpfs", options: ["ro"] }, { destination: "/t", type: "tmpfs" }),
    mounted(tmpfs("rw")),
    { "/mounts/0": "unseen", "/mounts/0/options": "unseen", "/mounts/1": "kept" },
  ],
  [
    "the topmost of two counts",
    tmp(["ro"]),
    mounted(tmpfs("ro"), "12 11 0:12 / /t rw - tmpfs tmpfs rw"),
    { "/mounts/0/options": "broken" },
  ],
  [
    "made read-only by readonlyPaths",
    { ...tmp(["rw"]), linux: { readonlyPaths: ["/t"] } },
    { ...mounted(tmpfs("ro")), "/proc/7/root/t/": "" },
    { "/mounts/0/options": "unseen", "/linux/readonlyPaths/0": "kept" },
  ],
  [
    "cgroup on v1",
    asks({ destination: "/t", type: "cgroup", options: ["ro", "nosuid"] }),
    mounted(tmpfs("rw,nosuid"), "12 11 0:12 / /t/cpu ro,nosuid - cgroup cgroup rw,cpu"),
    { "/mounts/0": "kept", "/mounts/0/options": "kept" },
  ],
  [
    "cgroup on v1, writable",
    asks({ destination: "/t", type: "cgroup", options: ["ro"] }),
    mounted(tmpfs("rw"), "12 11 0:12 / /t/cpu rw - cgroup cgroup rw,cpu"),
    { "/mounts/0/options": "broken" },
  ],
  [
    "a bind mount",
    asks({ destination: "/t", source: "src", options: ["bind"] }),
    { ...mounted("11 10 0:9 /b/src /t rw - ext4 d rw"), "/b/src": "!inode 5", "/proc/7/root/t": "!inode 5" },
    { "/mounts/0": "kept", "/mounts/0/source": "kept" },
  ],
  [
    "a bind mount of something else",
    asks({ destination: "/t", source: "/b/src", options: ["rbind"] }),
    { ...mounted("11 10 0:9 /x /t rw - ext4 d rw"), "/b/src": "!inode 5", "/proc/7/root/t": "!inode 6" },
    { "/mounts/0/source": "broken" },
  ],
  [
    "a bind mount of a file with the same inode on another device",
    asks({ destination: "/t", source: "/b/src", options: ["rbind"] }),
    { ...mounted("11 10 0:9 /x /t rw - ext4 d rw"), "/b/src": "!inode 5", "/proc/7/root/t": "!inode 5 on 2" },
    { "/mounts/0/source": "broken" },
  ],
  [
    "a bind mount whose source was replaced",
    asks({ destination: "/t", source: "/b/src", options: ["bind"] }),
    {
      ...mounted("11 10 0:9 /b/src//deleted /t rw - ext4 d rw"),
      "/b/src": "!inode 5",
      "/proc/7/root/t": "!inode 6",
    },
    { "/mounts/0/source": "unseen" },
  ],
  [
    "read-only root",
    { root: { path: "r", readonly: true } },
    { "/proc/7/mountinfo": "10 1 0:1 / / ro - ext4 d rw\n" },
    { "/root/readonly": "kept" },
  ],
  ["writable root", { root: { path: "r", readonly: true } }, {}, { "/root/readonly": "broken" }],
  [
    "another root",
    { root: { path: "r" } },
    { "/b/r": "!inode 5", "/proc/7/root": "!inode 6" },
    { "/root/path": "broken" },
  ],
  [
    "another root with the same inode on another device",
    { root: { path: "r" } },
    { "/b/r": "!inode 5", "/proc/7/root": "!inode 5 on 2" },
    { "/root/path": "broken" },
  ],
  [
    "root propagation",
    { linux: { rootfsPropagation: "private" } },
    {},
    { "/linux/rootfsPropagation": "kept" },
  ],
  [
    "other root propagation",
    { linux: { rootfsPropagation: "shared" } },
    {},
    { "/linux/rootfsPropagation": "broken" },
  ],
];

describe("mounts", () => {
  test.each(rows)("%s", async (...row) => expect(await verdictsOf(row)).toEqual(row[3]));
});

const pathRows: readonly Row[] = [
  [
    "a masked file",
    { linux: { maskedPaths: ["/k"] } },
    { ...mounted("11 10 0:5 /null /k rw - devtmpfs d rw"), "/proc/7/root/k": "!c 1:3 666 0:0" },
    { "/linux/maskedPaths/0": "kept" },
  ],
  [
    "a masked directory",
    { linux: { maskedPaths: ["/k"] } },
    { ...mounted("11 10 0:5 / /k ro - tmpfs tmpfs ro"), "/proc/7/root/k/": "" },
    { "/linux/maskedPaths/0": "kept" },
  ],
  [
    "a directory masked by another that shows something",
    { linux: { maskedPaths: ["/k"] } },
    { ...mounted("11 10 0:5 /x /k ro - ext4 d rw"), "/proc/7/root/k/secret": "" },
    { "/linux/maskedPaths/0": "broken" },
  ],
  [
    "a directory masked by an empty one, as crun does",
    { linux: { maskedPaths: ["/k"] } },
    { ...mounted("11 10 0:5 /x /k ro - ext4 d rw"), "/proc/7/root/k/": "" },
    { "/linux/maskedPaths/0": "kept" },
  ],
  [
    "a file masked by another device",
    { linux: { maskedPaths: ["/k"] } },
    { ...mounted("11 10 0:5 /x /k rw - devtmpfs d rw"), "/proc/7/root/k": "!c 1:5 666 0:0" },
    { "/linux/maskedPaths/0": "broken" },
  ],
  [
    "a file that is not masked",
    { linux: { maskedPaths: ["/k"] } },
    { "/proc/7/root/k": "text" },
    { "/linux/maskedPaths/0": "broken" },
  ],
  [
    "a directory under a writable mount",
    { linux: { maskedPaths: ["/k"] } },
    { ...mounted("11 10 0:5 / /k rw - tmpfs tmpfs rw"), "/proc/7/root/k/": "" },
    { "/linux/maskedPaths/0": "broken" },
  ],
  [
    "a path that is not there",
    { linux: { maskedPaths: ["/no"], readonlyPaths: ["/no"] } },
    {},
    { "/linux/maskedPaths/0": "kept", "/linux/readonlyPaths/0": "kept" },
  ],
  [
    "a read-only path",
    { linux: { readonlyPaths: ["/k"] } },
    { ...mounted("11 10 0:5 /k /k ro - ext4 d rw"), "/proc/7/root/k/": "" },
    { "/linux/readonlyPaths/0": "kept" },
  ],
  [
    "a writable path",
    { linux: { readonlyPaths: ["/k"] } },
    { "/proc/7/root/k/": "" },
    { "/linux/readonlyPaths/0": "broken" },
  ],
  [
    "a device",
    {
      linux: { devices: [{ type: "c", path: "/d", major: 10, minor: 229, fileMode: 0o640, uid: 1, gid: 2 }] },
    },
    { "/proc/7/root/d": "!c 10:229 640 1:2" },
    {
      "/linux/devices/0": "kept",
      "/linux/devices/0/fileMode": "kept",
      "/linux/devices/0/uid": "kept",
      "/linux/devices/0/gid": "kept",
    },
  ],
  [
    "another device, mode and owner",
    { linux: { devices: [{ type: "c", path: "/d", major: 10, minor: 1, fileMode: 0o600, uid: 0, gid: 0 }] } },
    { "/proc/7/root/d": "!c 10:229 640 1:2" },
    {
      "/linux/devices/0": "broken",
      "/linux/devices/0/fileMode": "broken",
      "/linux/devices/0/uid": "broken",
      "/linux/devices/0/gid": "broken",
    },
  ],
  [
    "no device",
    { linux: { devices: [{ type: "b", path: "/d", major: 8, minor: 0, fileMode: 0o600 }] } },
    {},
    { "/linux/devices/0": "broken", "/linux/devices/0/fileMode": "unseen" },
  ],
  [
    "another kind",
    { linux: { devices: [{ type: "p", path: "/d" }] } },
    { "/proc/7/root/d": "!b 8:0 600 0:0" },
    { "/linux/devices/0": "broken" },
  ],
  [
    "the host's own node",
    { linux: { devices: [{ type: "c", path: "/d", major: 1, minor: 3, fileMode: 0o600 }] } },
    { ...mounted("11 10 0:5 /d /d rw - devtmpfs d rw"), "/proc/7/root/d": "!c 1:3 666 0:0" },
    { "/linux/devices/0": "kept", "/linux/devices/0/fileMode": "unseen" },
  ],
];

describe("paths and devices", () => {
  test.each(pathRows)("%s", async (...row) => expect(await verdictsOf(row)).toEqual(row[3]));
});

describe("the tree of mounts", () => {
  const lines = [
    "10 1 0:1 / / rw - ext4 d rw",
    "11 10 0:2 / /a rw - tmpfs hidden rw",
    "12 11 0:3 / /a/b rw - tmpfs below-hidden rw",
    "13 11 0:4 / /a rw - tmpfs top rw",
    "14 13 0:5 / /a/b/c rw - tmpfs deep rw",
  ];
  const parsed = parseMountinfo(`${lines.join("\n")}\n`);
  const mounts = parsed.ok ? parsed.value : [];
  test.each([
    ["/", "d"],
    ["/a", "top"],
    ["/a/b", "top"],
    ["/a/b/c/x", "deep"],
    ["/ab", "d"],
  ])("%s lies on %s", (path, source) => expect(mountOf(mounts, path)?.source).toBe(source));

  test("only the mount at the path itself is at it, and what is covered is at none", () => {
    expect(mountAt(mounts, "/a/b")).toBeUndefined();
    expect(mountAt(mounts, "/a/b/c")?.source).toBe("deep");
  });

  test.each([
    ["beside one another", (at: number) => `${at} 10 0:11 / /t/${at} rw - tmpfs t rw`],
    ["on top of one another", (at: number) => `${at} ${at - 1} 0:11 / /t rw - tmpfs t rw`],
    ["in one another", (at: number) => `${at} ${at - 1} 0:11 / /t${"/d".repeat(at % 999)} rw - tmpfs t rw`],
  ])("a hostile table of 20,000 mounts %s is walked in no time", (_, line) => {
    const lines = Array.from({ length: 20_000 }, (_unused, index) => line(11 + index));
    const parsed = parseMountinfo(`10 1 0:10 / / rw - ext4 d rw\n${lines.join("\n")}\n`);
    const mounts = parsed.ok ? parsed.value : [];
    const start = performance.now();
    expect(mountsBelow(mounts, mounts[0] as never)).toHaveLength(20_000);
    expect(mountOf(mounts, "/t/x")).toBeDefined();
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test("a table that contradicts itself ends the walk", () => {
    const loop = parseMountinfo("1 2 0:1 / / rw - a a rw\n2 1 0:1 / / rw - b b rw\n");
    expect(loop.ok && mountOf(loop.value, "/x")).toBeUndefined();
    expect(loop.ok && mountsBelow(loop.value, loop.value[0] as never).length).toBe(1);
  });
});
