import type { Device } from "../../oci/spec.ts";
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
