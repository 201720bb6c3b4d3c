import { type Stats, statSync } from "node:fs";
import { deviceNumber } from "../linux/node.ts";
import type { Device, Problem, Spec } from "../oci/spec.ts";

/**
 * The devices of a spec that the host does not have at the same path, by their place in linux.devices. Nobody makes nodes in a user namespace:
 * runc and crun show the host's own node of that path instead.
 */
export function otherDevices(spec: Spec): readonly number[] {
  return (spec.linux?.devices ?? []).flatMap((device, index) => (isHostsOwn(device) ? [] : [index]));
}

/** Pure: what `otherDevices` means for a container with a user namespace of its own. */
export function refusedDevices(spec: Spec, others: readonly number[]): readonly Problem[] {
  return others.map((index) => ({
    at: `/linux/devices/${index}/path` as const,
    says: "is not the same device on the host, which is what a runtime shows in a user namespace",
    hint: `show the device that you mean with a bind mount: -v DEVICE:${spec.linux?.devices?.[index]?.path ?? ""}`,
    from: "host",
    level: "error",
  }));
}

function isHostsOwn({ path, type, major = 0, minor = 0 }: Device): boolean {
  const stats = look(path);
  if (stats === undefined) return false;
  if (type === "p") return stats.isFIFO();
  const isKind = type === "b" ? stats.isBlockDevice() : stats.isCharacterDevice();
  return isKind && BigInt(stats.rdev) === deviceNumber(Number(major), Number(minor));
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
