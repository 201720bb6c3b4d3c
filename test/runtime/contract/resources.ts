import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OcilabError } from "../../../src/base/errors.ts";
import { type Bench, type Change, id, judge, wordsOf } from "./bench.ts";
import { type Item, type Outcome, untried, yes } from "./item.ts";

const area = "resources";
const where = "v2" as const;

/** A control file of the container's cgroup, by the pid that `state` gives. */
export function cgroupFile(pid: number, name: string): string {
  const path = readFileSync(`/proc/${pid}/cgroup`, "utf8")
    .trim()
    .split("\n")
    .find((line) => line.startsWith("0::"));
  return join("/sys/fs/cgroup", path?.slice(3) ?? "/", name);
}

function reads(resources: object, name: string, expected: string | RegExp) {
  return async (bench: Bench): Promise<Outcome> => {
    const change: Change = ({ linux }) => {
      linux.resources = { ...linux.resources, ...resources };
    };
    const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
    const error = await bench.runtime
      .create(id, bench.bundle(change), quiet)
      .catch((reason: unknown) => reason);
    if (error instanceof OcilabError) return { result: "refuses", how: `create: ${wordsOf(error)}` };
    const pid = await bench.pid();
    return judge({ kind: "ran", output: `${readOr(cgroupFile(pid, name))}` }, expected);
  };
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "no such file";
  }
}

export const resourceItems: readonly Item[] = [
  {
    id: "memory-limit",
    title: "memory.limit",
    area,
    where,
    field: "/linux/resources/memory/limit",
    attempt: reads({ memory: { limit: 67108864 } }, "memory.max", "67108864"),
  },
  {
    id: "memory-reservation",
    title: "memory.reservation",
    area,
    where,
    attempt: reads({ memory: { reservation: 33554432 } }, "memory.low", "33554432"),
  },
  {
    id: "memory-swap",
    title: "memory.swap",
    area,
    where,
    attempt: reads({ memory: { limit: 67108864, swap: 100663296 } }, "memory.swap.max", "33554432"),
  },
  {
    id: "cpu-quota",
    title: "cpu.quota and period",
    area,
    where,
    attempt: reads({ cpu: { quota: 50000, period: 100000 } }, "cpu.max", "50000 100000"),
  },
  {
    id: "cpu-shares",
    title: "cpu.shares",
    area,
    where,
    attempt: reads({ cpu: { shares: 512 } }, "cpu.weight", /^(20|59)$/),
  },
  {
    id: "cpu-burst",
    title: "cpu.burst",
    area,
    where,
    field: "/linux/resources/cpu/burst",
    statements: ["LX-CPU-06"],
    attempt: reads({ cpu: { quota: 50000, period: 100000, burst: 20000 } }, "cpu.max.burst", "20000"),
  },
  {
    id: "cpu-idle",
    title: "cpu.idle",
    area,
    where,
    field: "/linux/resources/cpu/idle",
    attempt: reads({ cpu: { idle: 1 } }, "cpu.idle", "1"),
  },
  {
    id: "cpuset",
    title: "cpu.cpus and mems",
    area,
    where,
    attempt: reads({ cpu: { cpus: "0", mems: "0" } }, "cpuset.cpus", "0"),
  },
  {
    id: "pids-limit",
    title: "pids.limit",
    area,
    where,
    attempt: reads({ pids: { limit: 77 } }, "pids.max", "77"),
  },
  {
    id: "hugepages",
    title: "hugepageLimits",
    area,
    where,
    attempt: reads({ hugepageLimits: [{ pageSize: "2MB", limit: 4194304 }] }, "hugetlb.2MB.max", "4194304"),
  },
  {
    id: "block-io-weight",
    title: "blockIO.weight",
    area,
    where,
    attempt: reads({ blockIO: { weight: 200 } }, "io.weight", /^default (1920|200)$/),
  },
  {
    id: "unified",
    title: "unified",
    area,
    where,
    field: "/linux/resources/unified",
    statements: ["LX-UNI-03"],
    attempt: reads({ unified: { "memory.high": "50331648" } }, "memory.high", "50331648"),
  },
  {
    ...{
      id: "devices-deny",
      title: "devices: what is not allowed cannot be opened",
      area,
      where,
      field: "/linux/resources/devices",
    },
    async attempt(bench) {
      const change: Change = ({ linux }) => {
        linux.devices = [
          { path: "/dev/contract", type: "c", major: 1, minor: 11, fileMode: 0o666, uid: 0, gid: 0 },
        ];
        linux.resources = { devices: [{ allow: false, access: "rwm" }] };
      };
      const ran = await bench.run(
        change,
        "true 2>/dev/null </dev/contract && echo opened || echo denied; true </dev/null && echo null",
      );
      return judge(ran, "denied\nnull");
    },
  },
  {
    ...{ id: "intel-rdt", title: "intelRdt", area, where, field: "/linux/intelRdt" },
    attempt: async () => untried("no machine of ours has resctrl"),
  },
  {
    ...{ id: "memory-policy", title: "memoryPolicy", area, where, field: "/linux/memoryPolicy" },
    async attempt(bench) {
      const change: Change = ({ linux }) =>
        Object.assign(linux, { memoryPolicy: { mode: "MPOL_BIND", nodes: "0" } });
      return judge(await bench.run(change, "head -n 1 /proc/self/numa_maps | cut -d ' ' -f 2"), /^bind/);
    },
  },
  {
    ...{
      id: "net-devices",
      title: "netDevices",
      area,
      where,
      field: "/linux/netDevices",
      statements: ["LX-NET-01"],
    },
    async attempt(bench) {
      const { runProgram } = await import("../../../src/base/process.ts");
      const made = await runProgram("ip", [
        "link",
        "add",
        "contract0",
        "type",
        "veth",
        "peer",
        "name",
        "contract1",
      ]);
      if (made.exitCode !== 0) return untried(`ip link add: ${made.stderr.trim()}`);
      try {
        const change: Change = ({ linux }) =>
          Object.assign(linux, { netDevices: { contract0: { name: "inside0" } } });
        return judge(
          await bench.run(change, "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | sort | tr '\\n' ' '"),
          /inside0/,
        );
      } finally {
        await bench.runtime.delete(id, { force: true });
        for (const name of ["contract0", "contract1"]) await runProgram("ip", ["link", "delete", name]);
      }
    },
  },
  {
    ...{ id: "cgroups-path", title: "cgroupsPath", area, where, field: "/linux/cgroupsPath" },
    async attempt(bench) {
      const change: Change = ({ linux }) => Object.assign(linux, { cgroupsPath: "/contract-above/below" });
      await bench.sleeping(change);
      const seen = readFileSync(`/proc/${await bench.pid()}/cgroup`, "utf8").trim();
      return seen === "0::/contract-above/below" ? yes : { result: "ignores", how: `it is in ${seen}` };
    },
  },
];
