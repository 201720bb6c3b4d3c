import { describe, expect, test } from "vitest";
import type { Spec } from "../../src/oci/spec.ts";
import { compareVersions, isSemver, newerThan, ociVersionFor } from "../../src/spec/version.ts";
import { defaultSpec, put } from "./sample.ts";
import { schemaFields } from "./schema-fields.ts";

const old = put(defaultSpec(), { "/linux/seccomp": undefined });

describe("ociVersionFor", () => {
  test.each([
    [{}, "1.0.0"],
    [{ "/hooks": { createRuntime: [] } }, "1.0.2"],
    [{ "/process/user/umask": 18 }, "1.0.2"],
    [{ "/linux/seccomp": { defaultAction: "SCMP_ACT_LOG" } }, "1.0.2"],
    [{ "/linux/seccomp": { defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 1 } }, "1.1.0"],
    [{ "/domainname": "x" }, "1.1.0"],
    [{ "/linux/namespaces/-": { type: "time" } }, "1.1.0"],
    [{ "/mounts/-": { destination: "x" } }, "1.2.0"],
    [{ "/mounts/-": { destination: "/x", options: ["bind", "idmap"] } }, "1.2.0"],
    [{ "/process/execCPUAffinity": {} }, "1.2.1"],
    [{ "/linux/netDevices": {}, "/domainname": "x" }, "1.3.0"],
  ])("%j needs %s", (changes, version) => {
    expect(ociVersionFor(put(old, changes))).toBe(version);
  });

  test("newerThan names the places", () => {
    const spec = put(old, {
      "/domainname": "x",
      "/linux/netDevices": { "a/b": {} },
      "/linux/seccomp": {
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{ names: ["x"], action: "SCMP_ACT_LOG" }],
      },
    });
    expect(newerThan(spec, "1.0.0").map(({ at }) => at)).toEqual([
      "/linux/seccomp/syscalls/0/action",
      "/domainname",
      "/linux/netDevices",
    ]);
    expect(newerThan(spec, "1.1.0").map(({ at }) => at)).toEqual(["/linux/netDevices"]);
  });
});

test.each(schemaFields)("a config with $at needs what the schema says: $since", ({ at, since }) => {
  const tokens = at.split("/").slice(1);
  const spec = tokens.reduceRight<unknown>(
    (inner, token) => (token === "*" ? { 0: inner } : { [token]: inner }),
    "/x",
  );
  const needed = ociVersionFor(spec as Spec);
  expect(needed).toBe(since.split(".").length === 2 ? `${since}.0` : since);
});

test.each([
  ["1.0.0", true],
  ["1.0.2-dev", true],
  ["1.1.0-rc.3+dev", true],
  ["1.0", false],
  ["v1.0.0", false],
  ["01.0.0", false],
  ["1.0.0-", false],
  ["", false],
])("isSemver(%j) is %s", (text, expected) => {
  expect(isSemver(text)).toBe(expected);
});

test.each([
  ["1.0.2", "1.1.0", -1],
  ["1.2.1", "1.2.0", 1],
  ["1.0.2-dev", "1.0.2", 0],
  ["1.10.0", "1.9.0", 1],
  ["banana", "1.0.0", -1],
])("compareVersions(%j, %j)", (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
});
