import { pointerToken } from "../../oci/pointer.ts";
import type { BlockIo, Resources, ThrottleDevice, WeightDevice } from "../../oci/spec.ts";
import { ioWeightOf, limitDiffers, lineValue, nestedValue } from "../cgroup-values.ts";
import type { CgroupWish, Place } from "../cgroup-wish.ts";
import { show } from "../compare.ts";

/** resources.blockIO, network and rdma (config-linux.md#block-io, #network, #rdma). */
export function ioWishes(resources: Resources): readonly CgroupWish[] {
  const { blockIO = {} } = resources;
  return [
    ...weightWishes(blockIO),
    ...(blockIO.weightDevice ?? []).map(weightDeviceWish),
    ...throttles.flatMap((kind) =>
      (blockIO[kind.name] ?? []).map((device, index) => throttleWish(kind, { device, index })),
    ),
    ...networkWishes(resources),
    ...rdmaWishes(resources),
  ];
}

const noLeaf = "only the CFQ scheduler, gone since Linux 5.0, had leaf weights";

function weightWishes({ weight, leafWeight }: BlockIo): readonly CgroupWish[] {
  const wishes: CgroupWish[] = [];
  if (weight !== undefined)
    wishes.push({
      at: "/linux/resources/blockIO/weight",
      statements: ["LX-BLK-01"],
      asked: weight,
      controller: hierarchyName,
      v2: [line("io.bfq.weight", "default", weight), line("io.weight", "default", ioWeightOf(weight))],
      v1: [line("blkio.bfq.weight", "default", weight), line("blkio.weight", "default", weight)],
    });
  if (leafWeight !== undefined)
    wishes.push({
      at: "/linux/resources/blockIO/leafWeight",
      statements: ["LX-BLK-02"],
      asked: leafWeight,
      controller: hierarchyName,
      v2: noLeaf,
      v1: [line("blkio.leaf_weight", "default", leafWeight)],
    });
  return wishes;
}

/** The controller's v1 name; v2 calls it "io". */
const hierarchyName = "blkio";

function weightDeviceWish(device: WeightDevice, index: number): CgroupWish {
  const key = `${device.major}:${device.minor}`;
  const { weight, leafWeight } = device;
  return {
    at: `/linux/resources/blockIO/weightDevice/${index}`,
    statements: ["LX-BLK-03"],
    asked: device,
    controller: hierarchyName,
    v2:
      weight === undefined
        ? noLeaf
        : [line("io.bfq.weight", key, weight), line("io.weight", key, ioWeightOf(weight))],
    v1:
      weight === undefined
        ? [line("blkio.leaf_weight_device", key, leafWeight ?? 0)]
        : [line("blkio.bfq.weight_device", key, weight), line("blkio.weight_device", key, weight)],
  };
}

const throttles = [
  { name: "throttleReadBpsDevice", key: "rbps", file: "read_bps_device", statement: "LX-BLK-07" },
  { name: "throttleWriteBpsDevice", key: "wbps", file: "write_bps_device", statement: "LX-BLK-07" },
  { name: "throttleReadIOPSDevice", key: "riops", file: "read_iops_device", statement: "LX-BLK-08" },
  { name: "throttleWriteIOPSDevice", key: "wiops", file: "write_iops_device", statement: "LX-BLK-08" },
] as const;

function throttleWish(
  kind: (typeof throttles)[number],
  entry: { readonly device: ThrottleDevice; readonly index: number },
): CgroupWish {
  const { device, index } = entry;
  const rate = device.rate ?? 0;
  const key = `${device.major}:${device.minor}`;
  return {
    at: `/linux/resources/blockIO/${kind.name}/${index}`,
    statements: [kind.statement],
    asked: device,
    controller: hierarchyName,
    v2: [
      {
        file: "io.max",
        differs: (seen) => limitDiffers(rate, nestedValue(seen, key, kind.key) ?? "max"),
      },
    ],
    v1: [line(`blkio.throttle.${kind.file}`, key, rate)],
  };
}

function networkWishes({ network = {} }: Resources): readonly CgroupWish[] {
  const { classID, priorities = [] } = network;
  const why = "cgroup v2 has no network classes and priorities";
  const wishes: CgroupWish[] = priorities.map(({ name, priority }, index) => ({
    at: `/linux/resources/network/priorities/${index}`,
    statements: ["LX-NCLS-02"],
    asked: { name, priority },
    controller: "net_prio",
    v2: why,
    v1: [line("net_prio.ifpriomap", name, priority)],
  }));
  if (classID === undefined) return wishes;
  const place: Place = { file: "net_cls.classid", differs: (seen) => limitDiffers(classID, seen) };
  return [
    {
      at: "/linux/resources/network/classID",
      statements: ["LX-NCLS-01"],
      asked: classID,
      controller: "net_cls",
      v2: why,
      v1: [place],
    },
    ...wishes,
  ];
}

function rdmaWishes({ rdma = {} }: Resources): readonly CgroupWish[] {
  return Object.entries(rdma).map(([device, { hcaHandles, hcaObjects }]) => {
    const place: Place = {
      file: "rdma.max",
      differs: (seen) =>
        (hcaHandles === undefined
          ? undefined
          : limitDiffers(hcaHandles, nestedValue(seen, device, "hca_handle"))) ??
        (hcaObjects === undefined
          ? undefined
          : limitDiffers(hcaObjects, nestedValue(seen, device, "hca_object"))),
    };
    return {
      at: `/linux/resources/rdma${pointerToken(device)}`,
      statements: ["LX-RDMA-01"],
      asked: { hcaHandles, hcaObjects },
      controller: "rdma",
      v2: [place],
      v1: [place],
    };
  });
}

function line(file: string, key: string, asked: number | bigint): Place {
  return {
    file,
    differs: (seen) => {
      const there = lineValue(seen, key);
      return there === String(asked)
        ? undefined
        : `asked for ${key} ${asked}, the kernel shows ${show(there ?? "no such line")}`;
    },
  };
}
