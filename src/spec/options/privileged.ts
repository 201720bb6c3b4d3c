import type { Device, Mount } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";
import { withCapabilities } from "./capabilities.ts";
import { withDeviceNodes } from "./devices.ts";
import { editLinux } from "./edit.ts";
import { withoutLabels } from "./labels.ts";
import { withAccess } from "./mounts.ts";
import { withNoNewPrivileges, withoutApparmor } from "./process.ts";
import { withMaskedPaths, withReadonlyPaths } from "./root.ts";
import { withSeccomp } from "./seccomp.ts";

/**
 * What docker's --privileged means for a config: every capability that the host can grant, no seccomp, AppArmor or SELinux, programs
 * may gain rights, nothing masked or read-only below /proc and /sys, /sys and the cgroups writable unless the root filesystem is
 * read-only, the given devices as nodes and no device forbidden. Namespaces and limits stay as they are. Options after it narrow it.
 */
export function withPrivileged(devices: readonly Device[]): SpecOption {
  const options: readonly SpecOption[] = [
    withCapabilities({ add: ["ALL"] }),
    withSeccomp("unconfined"),
    withNoNewPrivileges(false),
    withoutLabels(),
    withMaskedPaths([]),
    withReadonlyPaths([]),
    withoutApparmor,
    withEveryDevice,
    withDeviceNodes(devices),
    withWritableSystem,
  ];
  return (spec, context) => options.reduce((made, option) => option(made, context), spec);
}

const withEveryDevice = editLinux((linux) => ({
  ...linux,
  resources: { ...linux.resources, devices: [{ allow: true, access: "rwm" }] },
}));

const withWritableSystem: SpecOption = (spec) => {
  if (spec.root?.readonly === true) return spec;
  const isSystem = ({ type }: Mount): boolean => ["sysfs", "cgroup", "cgroup2"].includes(type ?? "");
  const mounts = (spec.mounts ?? []).map((mount) => (isSystem(mount) ? withAccess(mount, true) : mount));
  return { ...spec, mounts };
};
