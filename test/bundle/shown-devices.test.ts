import { expect, test } from "vitest";
import { otherDevices } from "../../src/bundle/shown-devices.ts";
import type { Device } from "../../src/oci/spec.ts";

test.for<[name: string, device: Device, isOther: boolean]>([
  ["the host's", { type: "c", path: "/dev/null", major: 1, minor: 3 }, false],
  ["unbuffered, the same", { type: "u", path: "/dev/null", major: 1, minor: 3 }, false],
  ["at another path", { type: "c", path: "/dev/no-such-device", major: 1, minor: 3 }, true],
  ["in the place of another", { type: "c", path: "/dev/zero", major: 1, minor: 3 }, true],
  ["of another kind", { type: "b", path: "/dev/null", major: 1, minor: 3 }, true],
  ["below a file", { type: "p", path: "/etc/passwd/fifo" }, true],
  ["a file", { type: "p", path: "/etc/passwd" }, true],
])("a device %s", ([, device, isOther]) => {
  expect(otherDevices({ ociVersion: "1.0.2", linux: { devices: [device] } })).toEqual(isOther ? [0] : []);
});
