import { quote } from "../../base/text.ts";
import { pointerToken } from "../../oci/pointer.ts";
import type { Spec } from "../../oci/spec.ts";
import { type Complaint, error, type Rule, repeats, warning } from "./rule.ts";

/** Rules about linux.resources, but for devices, memory and CPU (config-linux.md#control-groups). */
export const resourceRules: readonly Rule[] = [
  { name: "pids-limit-zero", check: pidsZero },
  { name: "hugepages-twice", check: hugepages },
  { name: "block-weight", check: blockWeight },
  { name: "rdma-empty", check: rdmaEmpty },
  { name: "unified-key", check: unifiedKeys },
  { name: "unified-twice", check: unifiedTwice },
];

function pidsZero(spec: Spec): readonly Complaint[] {
  const limit = spec.linux?.resources?.pids?.limit;
  if (limit === undefined || Number(limit) !== 0) return [];
  return [
    warning(
      "/linux/resources/pids/limit",
      "means no process at all since 1.3.0, and no limit to older runtimes",
      {
        hint: "write -1 for no limit, or the number that is meant",
        fix: [{ op: "replace", path: "/linux/resources/pids/limit", value: -1 }],
        statement: "LX-PIDS-03",
      },
    ),
  ];
}

function hugepages(spec: Spec): readonly Complaint[] {
  const limits = spec.linux?.resources?.hugepageLimits ?? [];
  return repeats(limits, ({ pageSize }) => pageSize).map(([index, first]) =>
    warning(
      `/linux/resources/hugepageLimits/${index}`,
      `limits pages of ${limits[index]?.pageSize} again, as entry ${first}`,
    ),
  );
}

function blockWeight(spec: Spec): readonly Complaint[] {
  const { weight, weightDevice = [] } = spec.linux?.resources?.blockIO ?? {};
  const general =
    weight === undefined || weight === 0 || (weight >= 10 && weight <= 1000)
      ? []
      : [
          error("/linux/resources/blockIO/weight", `must be from 10 to 1000, is ${weight}`, {
            statement: "LX-BLK-01",
          }),
        ];
  const devices = weightDevice.flatMap((device, index) =>
    device.weight !== undefined || device.leafWeight !== undefined
      ? []
      : [
          error(`/linux/resources/blockIO/weightDevice/${index}`, "must have a weight or a leafWeight", {
            statement: "LX-BLK-05",
          }),
        ],
  );
  return [...general, ...devices];
}

function rdmaEmpty(spec: Spec): readonly Complaint[] {
  return Object.entries(spec.linux?.resources?.rdma ?? {}).flatMap(([name, { hcaHandles, hcaObjects }]) =>
    hcaHandles !== undefined || hcaObjects !== undefined
      ? []
      : [
          error(`/linux/resources/rdma${pointerToken(name)}`, "must have hcaHandles or hcaObjects", {
            statement: "LX-RDMA-02",
          }),
        ],
  );
}

function unifiedKeys(spec: Spec): readonly Complaint[] {
  return Object.keys(spec.linux?.resources?.unified ?? {}).flatMap((key) => {
    const at = `/linux/resources/unified${pointerToken(key)}` as const;
    if (key.includes("/") || key === "" || key === "." || key === "..") {
      return [
        error(at, "must be the name of a file in the container's cgroup, without a slash", {
          statement: "LX-UNI-01",
        }),
      ];
    }
    if (/^[a-z][a-z0-9]*\.[a-z0-9._-]+$/i.test(key)) return [];
    const hint = "the files of cgroup v2 are called CONTROLLER.NAME, as memory.high";
    return [warning(at, `${quote(key, 60)} is no file of cgroup v2`, { hint, statement: "LX-UNI-01" })];
  });
}

/** Which field of the specification writes the same file of cgroup v2. */
const sameFile: readonly (readonly [string, (spec: Spec) => unknown, string])[] = [
  ["memory.max", (spec) => spec.linux?.resources?.memory?.limit, "memory.limit"],
  ["memory.swap.max", (spec) => spec.linux?.resources?.memory?.swap, "memory.swap"],
  ["memory.low", (spec) => spec.linux?.resources?.memory?.reservation, "memory.reservation"],
  ["pids.max", (spec) => spec.linux?.resources?.pids?.limit, "pids.limit"],
  ["cpu.max", (spec) => spec.linux?.resources?.cpu?.quota, "cpu.quota"],
  ["cpu.weight", (spec) => spec.linux?.resources?.cpu?.shares, "cpu.shares"],
  ["cpuset.cpus", (spec) => spec.linux?.resources?.cpu?.cpus, "cpu.cpus"],
  ["cpuset.mems", (spec) => spec.linux?.resources?.cpu?.mems, "cpu.mems"],
];

function unifiedTwice(spec: Spec): readonly Complaint[] {
  const unified = spec.linux?.resources?.unified ?? {};
  return sameFile
    .filter(([file, value]) => Object.hasOwn(unified, file) && value(spec) !== undefined)
    .map(([file, , field]) =>
      warning(`/linux/resources/unified/${file}`, `is written by ${field} as well: say it once`, {
        statement: "LX-UNI-05",
      }),
    );
}
