import { describe, expect, test } from "vitest";
import type { Spec } from "../../src/oci/spec.ts";
import { mounted, type Row, verdictsOf } from "./support/rows.ts";

const tmpfs = (at: string, id: number, parent = 10): string =>
  `${id} ${parent} 0:${id} / ${at} rw - tmpfs tmpfs rw`;
const nested = (...destinations: readonly string[]): Partial<Spec> => ({
  mounts: destinations.map((destination) => ({ destination, type: "tmpfs" })),
});
const inode = { "/host": "!inode 5", "/proc/7/root/m": "!inode 5" };
const mapped = (hostID: number, size = 1): Partial<Spec> => ({
  mounts: [
    {
      destination: "/m",
      source: "/host",
      options: ["bind", "idmap"],
      uidMappings: [{ containerID: 0, hostID, size }],
      gidMappings: [{ containerID: 0, hostID: 0, size: 10 }],
    },
  ],
});
const rdt = (intelRdt: NonNullable<Spec["linux"]>["intelRdt"]): Partial<Spec> => ({
  linux: intelRdt === undefined ? {} : { intelRdt },
});
const resctrl = {
  "/sys/fs/resctrl/a/tasks": "6\n7\n",
  "/sys/fs/resctrl/a/schemata": "    MB:0= 10;1=100\n    L3:0=00f;1=0ff\n",
  "/sys/fs/resctrl/a/mon_groups/a/tasks": "6\n",
};
const labelled = { mounts: [{ destination: "/a", type: "tmpfs" }], linux: { mountLabel: "x:y:s0:c1,c2" } };
const selinux = { "/sys/kernel/security/lsm": "selinux" };

const rows: readonly Row[] = [
  [
    "one in the other",
    nested("/a", "/a/b"),
    mounted(tmpfs("/a", 11), tmpfs("/a/b", 12, 11)),
    { "/mounts": "kept" },
  ],
  [
    "the inner one made first",
    nested("/a", "/a/b"),
    mounted(tmpfs("/a/b", 12), tmpfs("/a", 11)),
    { "/mounts": "broken", "/mounts/1": "broken" },
  ],
  [
    "the inner one not made",
    nested("/a", "/a/b"),
    mounted(tmpfs("/a", 11)),
    { "/mounts": "unseen", "/mounts/1": "broken" },
  ],
  [
    "the outer one over it",
    nested("/a/b", "/a"),
    mounted(tmpfs("/a/b", 12), tmpfs("/a", 11)),
    { "/mounts": "kept" },
  ],
  [
    "the outer one not over it",
    nested("/a/b", "/a"),
    mounted(tmpfs("/a", 11), tmpfs("/a/b", 12, 11)),
    { "/mounts": "broken" },
  ],
  ["two that have nothing to do with each other", nested("/a", "/ab"), mounted(), {}],
  [
    "an owner through the mapping",
    mapped(1000),
    { ...mounted(tmpfs("/m", 11)), "/host": "!c 1:3 600 0:0", "/proc/7/root/m": "!c 1:3 600 1000:0" },
    { "/mounts/0/uidMappings": "kept", "/mounts/0/gidMappings": "unseen" },
  ],
  [
    "an owner that the mapping does not make",
    mapped(1000),
    { ...mounted(tmpfs("/m", 11)), ...inode },
    { "/mounts/0/uidMappings": "broken", "/mounts/0/gidMappings": "unseen" },
  ],
  [
    "an owner that the mapping does not hold",
    mapped(1000),
    { ...mounted(tmpfs("/m", 11)), "/host": "!c 1:3 600 5:20", "/proc/7/root/m": "!c 1:3 600 65534:65534" },
    { "/mounts/0/uidMappings": "kept", "/mounts/0/gidMappings": "kept" },
  ],
  ["a source that is gone", mapped(1000), mounted(tmpfs("/m", 11)), { "/mounts/0/uidMappings": "unseen" }],
  [
    "resctrl",
    rdt({ closID: "a", l3CacheSchema: "L3:0=f;1=ff", memBwSchema: "MB:1=100", schemata: ["L3:1=FF"] }),
    resctrl,
    {
      "/linux/intelRdt/closID": "kept",
      "/linux/intelRdt/l3CacheSchema": "kept",
      "/linux/intelRdt/memBwSchema": "kept",
      "/linux/intelRdt/schemata": "kept",
    },
  ],
  [
    "other resctrl",
    rdt({ closID: "a", l3CacheSchema: "L3:0=e", memBwSchema: "MB:2=100", enableMonitoring: true }),
    { ...resctrl, "/sys/fs/resctrl/a/tasks": "70\n" },
    {
      "/linux/intelRdt/closID": "broken",
      "/linux/intelRdt/l3CacheSchema": "broken",
      "/linux/intelRdt/memBwSchema": "broken",
      "/linux/intelRdt/enableMonitoring": "broken",
    },
  ],
  ["no resctrl", rdt({ closID: "a" }), {}, { "/linux/intelRdt/closID": "unseen" }],
  [
    "resctrl by the container's id",
    rdt({ schemata: ["L3:0=f"] }),
    resctrl,
    { "/linux/intelRdt/closID": "unseen" },
  ],
  [
    "the default class of resctrl",
    rdt({ closID: "/" }),
    { "/sys/fs/resctrl/tasks": "7\n" },
    { "/linux/intelRdt/closID": "kept" },
  ],
  [
    "a mount label",
    labelled,
    { ...selinux, ...mounted('11 10 0:11 / /a rw - tmpfs tmpfs rw,context="x:y:s0:c1,c2"') },
    { "/linux/mountLabel": "kept" },
  ],
  [
    "a mount without its label",
    labelled,
    { ...selinux, ...mounted(tmpfs("/a", 11)) },
    { "/linux/mountLabel": "broken" },
  ],
  [
    "a label that no mount shows",
    { linux: { mountLabel: "x" } },
    { ...selinux, ...mounted() },
    { "/linux/mountLabel": "unseen" },
  ],
  ["a label without SELinux", labelled, mounted(tmpfs("/a", 11)), { "/linux/mountLabel": "unseen" }],
];

describe("what lies outside of the process", () => {
  test.each(rows)("%s", async (...row) => expect(await verdictsOf(row)).toEqual(row[3]));
});
