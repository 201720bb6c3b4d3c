import { describe, expect, test } from "vitest";
import { withStandingLimit, withUpdated } from "../../src/audit/updated.ts";
import type { Resources, Spec } from "../../src/oci/spec.ts";

const row = (before: Resources, after: Resources | undefined): Resources | undefined =>
  withUpdated({ ociVersion: "1.3.0", linux: { cgroupsPath: "/box", resources: before } }, after).linux
    ?.resources;
const disk = { major: 8, minor: 0 };

test.each<[string, Resources, Resources | undefined, Resources]>([
  ["no update", { pids: { limit: 1 } }, undefined, { pids: { limit: 1 } }],
  ["another value", { pids: { limit: 1 } }, { pids: { limit: 2 } }, { pids: { limit: 2 } }],
  [
    "only what it names",
    { memory: { limit: 1, swap: 2 }, cpu: { shares: 3 } },
    { memory: { limit: 18446744073709551615n } },
    { memory: { limit: 18446744073709551615n, swap: 2 }, cpu: { shares: 3 } },
  ],
  [
    "a file of unified",
    { unified: { "memory.high": "1", "pids.max": "2" } },
    { unified: { "memory.high": "3" } },
    { unified: { "memory.high": "3", "pids.max": "2" } },
  ],
  [
    "the same disk and another",
    { blockIO: { throttleReadBpsDevice: [{ ...disk, rate: 1 }] } },
    {
      blockIO: {
        throttleReadBpsDevice: [
          { ...disk, minor: 1, rate: 2 },
          { ...disk, rate: 3 },
        ],
      },
    },
    {
      blockIO: {
        throttleReadBpsDevice: [
          { ...disk, minor: 1, rate: 2 },
          { ...disk, rate: 3 },
        ],
      },
    },
  ],
  [
    "a page size",
    {
      hugepageLimits: [
        { pageSize: "2MB", limit: 1 },
        { pageSize: "1GB", limit: 2 },
      ],
    },
    { hugepageLimits: [{ pageSize: "1GB", limit: 3 }] },
    {
      hugepageLimits: [
        { pageSize: "2MB", limit: 1 },
        { pageSize: "1GB", limit: 3 },
      ],
    },
  ],
  [
    "rules of devices come last",
    { devices: [{ allow: false }, { allow: true, type: "c", ...disk }] },
    { devices: [{ allow: false, type: "c", ...disk }] },
    {
      devices: [{ allow: false }, { allow: true, type: "c", ...disk }, { allow: false, type: "c", ...disk }],
    },
  ],
])("%s", (_, before, after, expected) => expect(row(before, after)).toEqual(expected));

test("a config without limits gets those of the update, and the rest stays", () => {
  const spec: Spec = { ociVersion: "1.3.0", hostname: "box" };
  expect(withUpdated(spec, { pids: { limit: 5 } })).toEqual({
    ociVersion: "1.3.0",
    hostname: "box",
    linux: { resources: { pids: { limit: 5 } } },
  });
});

describe("an update of swap alone", () => {
  test.each([
    [{ memory: { swap: 96 } }, { memory: { limit: 64, swap: 80 } }, { memory: { swap: 96, limit: 64 } }],
    [{ memory: { swap: 96, limit: 32 } }, { memory: { limit: 64 } }, { memory: { swap: 96, limit: 32 } }],
    [{ memory: { swap: 96 } }, { pids: { limit: 3 } }, { memory: { swap: 96 } }],
    [{ pids: { limit: 3 } }, { memory: { limit: 64 } }, { pids: { limit: 3 } }],
  ])("%j after %j goes by the memory limit that stands: %j", (asked, before, read) => {
    expect(withStandingLimit(asked, before)).toEqual(read);
  });
});
