import { type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import { errnoOf, OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import type { Device, Mount } from "../../oci/spec.ts";
import type { SpecOption } from "../../spec/context.ts";
import { withDevice } from "../../spec/options/devices.ts";
import { withMount } from "../../spec/options/mounts.ts";
import { type DeviceWish, parseDevice } from "../../spec/parse/device.ts";
import { parseMount, parseTmpfs, parseVolume } from "../../spec/parse/mount.ts";
import type { ConfigValues } from "./flags.ts";
import type { ConfigWorld } from "./options.ts";

/** The flags that end in `mounts` and `linux.devices`. Sources are made absolute: a runtime would take them from the bundle. */
export function mountOptions(flags: ConfigValues, { cwd }: Pick<ConfigWorld, "cwd">): readonly SpecOption[] {
  const volumes = flags.volume.map((text) => {
    if (/^[^./][^/:]*:/.test(text)) throw namedVolume(text);
    return parseVolume(text);
  });
  const mounts = [...volumes, ...flags.mount.map(parseMount)].map((mount) => absolute(mount, cwd));
  const devices = flags.device.map(parseDevice);
  return [
    ...[...mounts, ...flags.tmpfs.map(parseTmpfs)].map(withMount),
    ...devices.map((wish) => withDevice(deviceOf(wish), wish.access)),
  ];
}

function absolute(mount: Mount, cwd: string): Mount {
  const isBind = mount.options?.some((option) => option === "bind" || option === "rbind") ?? false;
  return isBind && mount.source !== undefined ? { ...mount, source: resolve(cwd, mount.source) } : mount;
}

/** The device node of the host with its numbers, mode and owner, as it is to be inside. Errors: "usage.bad-argument". */
function deviceOf({ source, path }: DeviceWish): Device {
  const stats = statDevice(source);
  const type = stats?.isCharacterDevice() ? "c" : stats?.isBlockDevice() ? "b" : undefined;
  if (stats === undefined || type === undefined) throw noDevice(source, stats);
  const { major, minor } = numbersOf(stats.rdev);
  return { type, path, major, minor, fileMode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid };
}

function statDevice(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new OcilabError("usage.bad-argument", {
      doing: `look at the device ${quote(path)}`,
      got: `the kernel answered ${errnoOf(error) ?? String(error)}`,
      cause: error,
    });
  }
}

/** makedev(3) of glibc, read backwards. */
function numbersOf(rdev: number): { readonly major: number; readonly minor: number } {
  const bits = BigInt(rdev);
  const major = ((bits >> 8n) & 0xfffn) | ((bits >> 32n) & 0xfffff000n);
  const minor = (bits & 0xffn) | ((bits >> 12n) & 0xffffff00n);
  return { major: Number(major), minor: Number(minor) };
}

function noDevice(path: string, stats: Stats | undefined): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: `look at the device ${quote(path)}`,
    got: stats === undefined ? "there is no such file" : "it is no device",
    hint: "for other files use --volume FROM:TO",
  });
}

function namedVolume(text: string): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: `read the volume ${quote(text)}`,
    got: "it names a volume of an engine, and there is no engine here",
    hint: `give a path: -v ./${text}`,
  });
}
