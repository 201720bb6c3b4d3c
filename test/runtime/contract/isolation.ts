import { readFileSync, readlinkSync } from "node:fs";
import { type Bench, type Change, judge, refused, shows } from "./bench.ts";
import type { Item, Outcome } from "./item.ts";

const area = "namespaces";

const withNamespace =
  (entry: object): Change =>
  ({ linux }) =>
    linux.namespaces.push(entry);

/** The namespace is another than ours. */
function differs(type: string, change: Change = () => undefined) {
  return async (bench: Bench): Promise<Outcome> => {
    const ran = await bench.run(change, `readlink /proc/self/ns/${type}`);
    const ours = readlinkSync(`/proc/self/ns/${type}`);
    if (ran.kind === "ran" && ran.output === ours) return { result: "ignores", how: "it is the host's" };
    return judge(ran, new RegExp(`^${type}:\\[\\d+\\]$`));
  };
}

export const namespaceItems: readonly Item[] = [
  { id: "ns-pid", title: "pid namespace", area, attempt: shows(() => undefined, "echo $$", "1") },
  {
    ...{ id: "ns-network", title: "network namespace: nothing but lo", area },
    attempt: shows(() => undefined, "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '", "lo"),
  },
  { id: "ns-mount", title: "mount namespace", area, attempt: differs("mnt") },
  { id: "ns-ipc", title: "ipc namespace", area, attempt: differs("ipc") },
  {
    ...{
      id: "ns-uts",
      title: "uts namespace and hostname",
      area,
      field: "/hostname",
      statements: ["CFG-HOST-01"],
    },
    attempt: shows((spec) => Object.assign(spec, { hostname: "contract" }), "hostname", "contract"),
  },
  {
    ...{ id: "ns-cgroup", title: "cgroup namespace", area },
    attempt: differs("cgroup", ({ linux }) => {
      linux.namespaces = [
        ...linux.namespaces.filter(({ type }: { type: string }) => type !== "cgroup"),
        { type: "cgroup" },
      ];
    }),
  },
  {
    ...{ id: "ns-user", title: "user namespace and id maps", area, field: "/linux/uidMappings" },
    attempt: shows(
      ({ linux }) => {
        linux.namespaces.push({ type: "user" });
        linux.uidMappings = linux.gidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
      },
      "cat /proc/self/uid_map | tr -s ' '",
      /^0 100000 65536$/,
    ),
  },
  {
    id: "ns-time",
    title: "time namespace",
    area,
    field: "/linux/namespaces/time",
    attempt: differs("time", withNamespace({ type: "time" })),
  },
  {
    ...{
      id: "time-offsets",
      title: "timeOffsets",
      area,
      field: "/linux/timeOffsets",
      statements: ["LX-TIME-01"],
    },
    async attempt(bench) {
      const change: Change = ({ linux }) => {
        linux.namespaces.push({ type: "time" });
        linux.timeOffsets = { boottime: { secs: 1_000_000, nanosecs: 0 } };
      };
      const ran = await bench.run(change, "cut -d. -f1 /proc/uptime");
      const up = Number(readFileSync("/proc/uptime", "utf8").split(".")[0]);
      const ahead =
        ran.kind === "ran" && Number(ran.output) >= 1_000_000 && Number(ran.output) <= up + 1_000_000;
      return judge(
        ahead
          ? { kind: "ran", output: "ahead" }
          : ran.kind === "ran"
            ? { kind: "ran", output: "the host's uptime" }
            : ran,
        "ahead",
      );
    },
  },
  {
    ...{ id: "ns-join", title: "a namespace joined by its path", area, field: "/linux/namespaces/path" },
    async attempt(bench) {
      const ours = readlinkSync("/proc/self/ns/net");
      const path = `/proc/${process.pid}/ns/net`;
      const change: Change = ({ linux }) => {
        linux.namespaces.find(({ type }: { type: string }) => type === "network").path = path;
        linux.sysctl = {};
      };
      return judge(await bench.run(change, "readlink /proc/self/ns/net"), ours);
    },
  },
  {
    ...{ id: "ns-duplicate", title: "a namespace listed twice is an error", area },
    attempt: refused(withNamespace({ type: "pid" })),
  },
  {
    ...{
      id: "hostname-without-uts",
      title: "hostname without a uts namespace is an error",
      area,
      statements: ["CFG-HOST-02"],
    },
    attempt: refused((spec) => {
      spec.hostname = "contract";
      spec.linux.namespaces = spec.linux.namespaces.filter(({ type }: { type: string }) => type !== "uts");
    }, "hostname"),
  },
  {
    ...{ id: "domainname", title: "domainname", area, field: "/domainname", statements: ["CFG-HOST-03"] },
    attempt: shows(
      (spec) => Object.assign(spec, { domainname: "contract.test" }),
      "cat /proc/sys/kernel/domainname",
      "contract.test",
    ),
  },
  {
    ...{ id: "sysctl", title: "sysctl", area, field: "/linux/sysctl", statements: ["LX-SYS-01"] },
    attempt: shows(
      ({ linux }) => Object.assign(linux, { sysctl: { "net.core.somaxconn": "77" } }),
      "cat /proc/sys/net/core/somaxconn",
      "77",
    ),
  },
  {
    ...{
      id: "sysctl-host",
      title: "a sysctl that belongs to no namespace is an error",
      area,
      statements: ["LX-SYS-02"],
    },
    attempt: refused(({ linux }) => Object.assign(linux, { sysctl: { "kernel.no_such_setting": "1" } })),
  },
];
