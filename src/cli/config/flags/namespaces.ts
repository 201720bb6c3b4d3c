import { type ConfigFlagTable, under } from "./table.ts";

const shared = ["host", "private"] as const;

/** What the container sees as its own, and what it shares. */
export const namespaceFlags = under("namespaces", {
  network: {
    kind: "value",
    value: "MODE",
    suggests: ["none", "host"],
    help: "none (default): a network of its own with loopback alone; host: ours; container:ID, ns:PATH",
    sets: ["/linux/namespaces"],
  },
  pid: {
    kind: "value",
    value: "MODE",
    suggests: shared,
    help: "processes: private (default), host, container:ID, ns:PATH",
    sets: ["/linux/namespaces"],
  },
  ipc: {
    kind: "value",
    value: "MODE",
    suggests: ["private", "host", "none", "shareable"],
    help: "System V and POSIX queues and /dev/shm: private (default), shareable (the same), none (without /dev/shm), host, container:ID, ns:PATH",
    sets: ["/linux/namespaces", "/mounts"],
  },
  uts: {
    kind: "value",
    value: "MODE",
    suggests: shared,
    help: "host name: private (default), host, container:ID, ns:PATH",
    sets: ["/linux/namespaces"],
  },
  cgroupns: {
    kind: "value",
    value: "MODE",
    suggests: shared,
    help: "view of the cgroup tree: private (default), host, container:ID, ns:PATH",
    sets: ["/linux/namespaces"],
  },
  userns: {
    kind: "value",
    value: "MODE",
    suggests: shared,
    help: "users: host (default), private (with --uidmap), container:ID, ns:PATH",
    sets: ["/linux/namespaces"],
  },
  namespace: {
    kind: "list",
    value: "TYPE=MODE",
    help: "one namespace at length: host, private, container:ID or a path to join: network=/proc/7/ns/net",
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
  "time-offset": {
    kind: "list",
    value: "CLOCK=SECONDS",
    help: "a time namespace whose clock monotonic or boottime is ahead: boottime=86400",
    sets: ["/linux/timeOffsets", "/linux/namespaces"],
  },
  "net-device": {
    kind: "list",
    value: "DEVICE[=NAME]",
    help: "a network device of the host that moves inside",
    sets: ["/linux/netDevices"],
  },
  sysctl: {
    kind: "list",
    value: "NAME=VALUE",
    help: "a kernel parameter of its namespaces: net.ipv4.ip_forward=1",
    sets: ["/linux/sysctl"],
  },
} satisfies ConfigFlagTable);
