import { resolve } from "node:path";
import type { Mount } from "../../oci/spec.ts";
import type { SpecOption } from "../../spec/context.ts";
import { withDevice, withDeviceRule } from "../../spec/options/devices.ts";
import { withMountsOver, withShmSize } from "../../spec/options/mounts.ts";
import { withReadonlyRoot, withRootfsPropagation } from "../../spec/options/root.ts";
import { badValue } from "../../spec/parse/bad-value.ts";
import { parseBytes } from "../../spec/parse/bytes.ts";
import { parseDevice, parseDeviceRule } from "../../spec/parse/device.ts";
import { parseMount } from "../../spec/parse/mount.ts";
import { parseTmpfs } from "../../spec/parse/tmpfs.ts";
import { parseVolume } from "../../spec/parse/volume.ts";
import { devicesOf } from "./devices.ts";
import type { ConfigValues } from "./flags.ts";
import { given } from "./given.ts";
import type { ConfigWorld } from "./options.ts";

/**
 * The flags that end in `root`, `mounts` and `linux.devices`. Sources are made absolute: a runtime would take them from the bundle.
 * Errors: "spec.bad-option"; "usage.bad-argument" for what is no device.
 */
export function mountOptions(flags: ConfigValues, { cwd }: Pick<ConfigWorld, "cwd">): readonly SpecOption[] {
  const binds = [...flags.volume.map(parseVolume), ...flags.mount.map(parseMount)];
  const mounts = [...binds.map((mount) => absolute(mount, cwd)), ...flags.tmpfs.map(parseTmpfs)];
  return [
    ...(flags["read-only"] ? [withReadonlyRoot()] : []),
    ...given(flags["rootfs-propagation"], (kind) => withRootfsPropagation(propagationOf(kind))),
    ...given(flags["shm-size"], (text) => withShmSize(shmSize(text))),
    ...(mounts.length === 0 ? [] : [withMountsOver(mounts)]),
  ];
}

/** The flags that end in `linux.devices` and the device rules, which --privileged must not undo. */
export function deviceOptions(flags: ConfigValues): readonly SpecOption[] {
  const wishes = flags.device.map(parseDevice);
  return [
    ...wishes.flatMap((wish) => devicesOf(wish).map((device) => withDevice(device, wish.access))),
    ...flags["device-cgroup-rule"].map((text) => withDeviceRule(parseDeviceRule(text))),
  ];
}

function absolute(mount: Mount, cwd: string): Mount {
  const isBind = mount.options?.some((option) => option === "bind" || option === "rbind") ?? false;
  return isBind && mount.source !== undefined ? { ...mount, source: resolve(cwd, mount.source) } : mount;
}

/** tmpfs reads a size of 0 as no limit at all (tmpfs(5)). */
function shmSize(text: string): number {
  const bytes = parseBytes(text);
  if (bytes > 0) return bytes;
  throw badValue("size of /dev/shm", text, { got: "it is not above 0", form: "a size, for example 64m" });
}

/** The parser of arguments has checked it against the flag's choices. */
function propagationOf(kind: string): "private" | "shared" | "slave" | "unbindable" {
  return kind as "private" | "shared" | "slave" | "unbindable";
}
