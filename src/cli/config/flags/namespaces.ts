import { type ConfigFlagTable, under } from "./table.ts";

const shared = ["host", "private"] as const;

/** What the container sees as its own, and what it shares. */
export const namespaceFlags = under("namespaces", {
  network: {
    kind: "value",
    value: "none|host",
    choices: ["none", "host"],
    help: "none (default): a network of its own with loopback alone; host: ours",
    sets: ["/linux/namespaces"],
  },
  pid: {
    kind: "value",
    value: "private|host",
    choices: shared,
    help: "processes of its own (default), or the host's",
    sets: ["/linux/namespaces"],
  },
  ipc: {
    kind: "value",
    value: "private|host",
    choices: shared,
    help: "System V and POSIX queues of its own (default), or the host's",
    sets: ["/linux/namespaces"],
  },
  uts: {
    kind: "value",
    value: "private|host",
    choices: shared,
    help: "a host name of its own (default), or the host's",
    sets: ["/linux/namespaces"],
  },
  cgroupns: {
    kind: "value",
    value: "private|host",
    choices: shared,
    help: "a view of the cgroup tree of its own (default), or the host's",
    sets: ["/linux/namespaces"],
  },
  namespace: {
    kind: "list",
    value: "TYPE=host|private|PATH",
    help: "one namespace at length; a PATH is joined: network=/proc/7/ns/net",
    sets: ["/linux/namespaces"],
  },
  uidmap: {
    kind: "list",
    value: "INSIDE:HOST:SIZE",
    help: "a user namespace with this range of user ids",
    sets: ["/linux/uidMappings", "/linux/gidMappings", "/linux/namespaces"],
  },
  gidmap: {
    kind: "list",
    value: "INSIDE:HOST:SIZE",
    help: "and of group ids (default: the same as --uidmap)",
    sets: ["/linux/gidMappings", "/linux/uidMappings", "/linux/namespaces"],
  },
  sysctl: {
    kind: "list",
    value: "NAME=VALUE",
    help: "a kernel parameter of its namespaces: net.ipv4.ip_forward=1",
    sets: ["/linux/sysctl"],
  },
} satisfies ConfigFlagTable);
