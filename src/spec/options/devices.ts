import type { Device, DeviceCgroup } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";
import { editLinux } from "./edit.ts";

/**
 * A device node inside, in the place of one at the same path, and the cgroup rule that lets it be used; `access` is of r, w and m.
 * A FIFO (type p) needs no rule.
 */
export function withDevice(device: Device, access = "rwm"): SpecOption {
  return editLinux((linux) => {
    const others = (linux.devices ?? []).filter(({ path }) => path !== device.path);
    const resources = linux.resources ?? {};
    const { type, major, minor } = device;
    if (type === "p") return { ...linux, devices: [...others, device] };
    const rule = {
      allow: true,
      type,
      ...(major === undefined ? {} : { major }),
      ...(minor === undefined ? {} : { minor }),
      access,
    };
    return {
      ...linux,
      devices: [...others, device],
      resources: { ...resources, devices: [...(resources.devices ?? []), rule] },
    };
  });
}

/** One more rule of the device cgroup, after those that are there: the last one that fits holds (config-linux.md#allowed-device-list). */
export function withDeviceRule(rule: DeviceCgroup): SpecOption {
  return editLinux((linux) => {
    const resources = linux.resources ?? {};
    return { ...linux, resources: { ...resources, devices: [...(resources.devices ?? []), rule] } };
  });
}

/** Device nodes inside, in the place of those at the same paths; the rules stay as they are. */
export function withDeviceNodes(devices: readonly Device[]): SpecOption {
  return editLinux((linux) => {
    const others = (linux.devices ?? []).filter(
      ({ path }) => !devices.some((device) => device.path === path),
    );
    return { ...linux, devices: [...others, ...devices] };
  });
}
