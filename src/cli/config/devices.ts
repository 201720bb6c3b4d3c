import { lstatSync, readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import type { Device } from "../../oci/spec.ts";
import type { DeviceWish } from "../../spec/parse/device.ts";

/** The device nodes of the host for one --device, with numbers, mode and owner, as they are to be inside: all of a directory. Errors: "usage.bad-argument". */
export function devicesOf({ source, path }: DeviceWish): readonly Device[] {
  const stats = statDevice(source);
  if (stats?.isDirectory() === true) {
    const found = nodesBelow(source, path);
    if (found.length > 0) return found;
    throw noDevice(source, "there is no device in it");
  }
  const device = stats === undefined ? undefined : nodeOf(stats, path);
  if (device !== undefined) return [device];
  throw noDevice(source, stats === undefined ? "there is no such file" : "it is no device");
}

/** Numbers of a block device. Errors: "usage.bad-argument". */
export function blockDeviceOf(path: string): { readonly major: number; readonly minor: number } {
  const stats = statDevice(path);
  if (stats?.isBlockDevice() === true) return numbersOf(stats.rdev);
  throw noDevice(path, stats === undefined ? "there is no such file" : "it is no block device");
}

/** What a runtime makes in any case (config-linux.md#default-devices), and places that belong to one container or session. */
const leftOut = new Set([
  ...["null", "zero", "full", "random", "urandom", "tty", "console", "ptmx"],
  ...["pts", "shm", "fd", "mqueue", ".udev", ".lxc", ".lxd-mounts"],
]);

/** Every device node below /dev for a privileged container, but for those that every container has. */
export function hostDevices(): readonly Device[] {
  return nodesBelow("/dev", "/dev", leftOut);
}

function nodesBelow(
  directory: string,
  path: string,
  without: ReadonlySet<string> = new Set(),
): readonly Device[] {
  return readdirSync(directory)
    .filter((name) => !without.has(name))
    .sort()
    .flatMap((name): readonly Device[] => {
      const [from, to] = [join(directory, name), join(path, name)];
      // A node that goes while we look is not there, and a link is another name of one that is.
      const entry = lstatSync(from, { throwIfNoEntry: false });
      if (entry === undefined) return [];
      if (entry.isDirectory()) return nodesBelow(from, to);
      const node = nodeOf(entry, to);
      return node === undefined ? [] : [node];
    });
}

function nodeOf(stats: Stats, path: string): Device | undefined {
  const type = stats.isCharacterDevice() ? "c" : stats.isBlockDevice() ? "b" : undefined;
  if (type === undefined) return undefined;
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

function noDevice(path: string, got: string): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: `look at the device ${quote(path)}`,
    got,
    hint: "for other files use --volume FROM:TO",
  });
}
