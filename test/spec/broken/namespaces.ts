import { type BrokenConfig, mapped, mapping, network, noFix, user, uts, warning } from "./shapes.ts";

export const namespaces: readonly BrokenConfig[] = [
  {
    rule: "hostname-without-uts",
    broken: { [uts]: undefined },
    at: "/hostname",
    kept: { [uts]: undefined, "/hostname": undefined },
  },
  {
    rule: "domainname-without-uts",
    broken: { [uts]: undefined, "/domainname": "x" },
    at: "/domainname",
    kept: { "/domainname": "x" },
  },
  {
    rule: "namespace-twice",
    broken: { "/linux/namespaces/-": { type: "pid" } },
    at: "/linux/namespaces/6",
    kept: { "/linux/namespaces/-": { type: "time" } },
  },
  {
    rule: "namespace-path-relative",
    broken: { [`${network}/path`]: "proc/1/ns/net" },
    at: `${network}/path`,
    kept: { [`${network}/path`]: "/proc/1/ns/net" },
    noFix,
  },
  {
    rule: "no-mount-namespace",
    broken: { "/linux/namespaces/4": undefined },
    at: "/linux/namespaces",
    kept: {},
  },
  {
    rule: "no-mount-namespace",
    broken: { "/linux/namespaces/4": undefined, "/linux/maskedPaths": [], "/linux/readonlyPaths": undefined },
    at: "/linux/namespaces",
    kept: { "/linux/maskedPaths": [] },
    level: warning,
  },
  {
    rule: "time-offsets-without-time",
    broken: { "/linux/timeOffsets": { monotonic: { secs: 1 } } },
    at: "/linux/timeOffsets",
    kept: { "/linux/timeOffsets": { monotonic: { secs: 1 } }, "/linux/namespaces/-": { type: "time" } },
  },
  {
    rule: "net-devices-without-network",
    broken: { [network]: undefined, "/linux/netDevices": { eth0: {} } },
    at: "/linux/netDevices",
    kept: { "/linux/netDevices": { eth0: {} } },
  },
  {
    rule: "sysfs-in-user-namespace",
    broken: { [network]: undefined, ...mapped },
    at: "/mounts/3",
    kept: mapped,
    noFix,
  },
  {
    rule: "user-namespace-without-mappings",
    broken: user,
    at: ["/linux/uidMappings", "/linux/gidMappings"],
    kept: mapped,
    noFix,
  },
  {
    rule: "mappings-without-user-namespace",
    broken: { "/linux/gidMappings": [mapping] },
    at: "/linux/gidMappings",
    kept: mapped,
    level: warning,
    noFix,
  },
  {
    rule: "mappings-too-many",
    broken: { ...mapped, "/linux/uidMappings": singles(341) },
    at: "/linux/uidMappings",
    kept: { ...mapped, "/linux/uidMappings": singles(340) },
    noFix,
  },
  {
    rule: "mappings-overlap",
    broken: { ...mapped, "/linux/uidMappings": [mapping, { containerID: 9, hostID: 5000, size: 1 }] },
    at: "/linux/uidMappings/1",
    kept: { ...mapped, "/linux/uidMappings": [mapping, { containerID: 10, hostID: 5000, size: 1 }] },
    noFix,
  },
  {
    rule: "mappings-overlap",
    broken: { ...mapped, "/linux/gidMappings": [mapping, { containerID: 50, hostID: 1009, size: 1 }] },
    at: "/linux/gidMappings/1",
    kept: { ...mapped, "/linux/gidMappings": [mapping, { containerID: 50, hostID: 1010, size: 1 }] },
    noFix,
  },
  {
    rule: "mapping-empty",
    broken: { ...mapped, "/linux/uidMappings": [{ ...mapping, size: 0 }] },
    at: "/linux/uidMappings/0/size",
    kept: mapped,
    noFix,
  },
  {
    rule: "devpts-group-unmapped",
    broken: { ...user, "/linux/gidMappings": [{ ...mapping, size: 5 }] },
    at: "/mounts/2/options/5",
    kept: { ...user, "/linux/gidMappings": [{ ...mapping, size: 6 }] },
  },
  {
    rule: "sysctl-not-namespaced",
    broken: { "/linux/sysctl": { "vm.swappiness": "1" } },
    at: "/linux/sysctl/vm.swappiness",
    kept: { "/linux/sysctl": { "net.ipv4.ip_forward": "1", "kernel.sem": "1", "kernel.domainname": "x" } },
    noFix,
  },
  {
    rule: "sysctl-not-namespaced",
    broken: {
      "/linux/sysctl": { "kernel.hostname": "x", "net/ipv4/conf/eth0.1/x": "1" },
      [network]: undefined,
    },
    at: ["/linux/sysctl/kernel.hostname", "/linux/sysctl/net~1ipv4~1conf~1eth0.1~1x"],
    kept: { "/linux/sysctl": { "net/ipv4/conf/eth0.1/x": "1" } },
    noFix,
  },
  {
    rule: "sysctl-not-namespaced",
    broken: { "/linux/sysctl": { "fs.mqueue.msg_max": "1" }, "/linux/namespaces/2": undefined },
    at: "/linux/sysctl/fs.mqueue.msg_max",
    kept: { "/linux/sysctl": { "fs.mqueue.msg_max": "1" } },
  },
  {
    rule: "net-device-name",
    broken: { "/linux/netDevices": { "eth/0": {}, a: { name: "sixteen-letters-" } } },
    at: ["/linux/netDevices/eth~10", "/linux/netDevices/a"],
    kept: { "/linux/netDevices": { eth0: { name: "ct%d" }, eth1: { name: "ct%d" } } },
    noFix,
  },
  {
    rule: "net-device-name",
    broken: { "/linux/netDevices": { eth0: { name: "x" }, eth1: { name: "x" } } },
    at: "/linux/netDevices/eth1",
    kept: { "/linux/netDevices": { eth0: { name: "x" } } },
    noFix,
  },
];

function singles(count: number) {
  return Array.from({ length: count }, (_, id) => ({ containerID: id, hostID: 1000 + id, size: 1 }));
}
