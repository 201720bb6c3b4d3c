import type { ThrottleDevice } from "../../oci/spec.ts";
import type { SpecOption } from "../../spec/context.ts";
import { withBlockIo } from "../../spec/options/resources.ts";
import {
  type BlockDeviceWish,
  parseBlockWeight,
  parseDeviceBytes,
  parseDeviceOperations,
  parseDeviceWeight,
} from "../../spec/parse/block-io.ts";
import { blockDeviceOf } from "./devices.ts";
import type { ResourceValues } from "./flags/resources.ts";

/** The flags that end in linux.resources.blockIO. Errors: "usage.bad-argument" for what is no block device, "spec.bad-option". */
export function blockIoOptions(flags: ResourceValues): readonly SpecOption[] {
  const weight = flags["blkio-weight"];
  const weights = flags["blkio-weight-device"].map(parseDeviceWeight);
  const rates = {
    throttleReadBpsDevice: flags["device-read-bps"].map(parseDeviceBytes),
    throttleWriteBpsDevice: flags["device-write-bps"].map(parseDeviceBytes),
    throttleReadIOPSDevice: flags["device-read-iops"].map(parseDeviceOperations),
    throttleWriteIOPSDevice: flags["device-write-iops"].map(parseDeviceOperations),
  };
  return [
    ...(weight === undefined ? [] : [withBlockIo({ weight: parseBlockWeight(weight) })]),
    ...weights.map(({ path, value }) =>
      withBlockIo({ weightDevice: [{ ...blockDeviceOf(path), weight: value }] }),
    ),
    ...Object.entries(rates).flatMap(([name, wishes]) =>
      wishes.map((wish) => withBlockIo({ [name]: [throttle(wish)] })),
    ),
  ];
}

function throttle({ path, value }: BlockDeviceWish): ThrottleDevice {
  return { ...blockDeviceOf(path), rate: value };
}
