import { describe, expect, test } from "vitest";
import { OcilabError } from "../../src/base/errors.ts";
import { runtimeGaps } from "../../src/container/gaps.ts";
import type { ContainerId, Spec } from "../../src/oci/spec.ts";
import { asksForFeatures, gapsByFeatures, gapsOf, measuredOf } from "../../src/runtime/gaps.ts";
import { flagsIn, verbsIn } from "../../src/runtime/probe.ts";
import { unknownFlag } from "../../src/runtime/unknown-flags.ts";

const spec = (more: object): Spec => ({ ociVersion: "1.0.2", ...more }) as Spec;
const time = { linux: { namespaces: [{ type: "pid" }, { type: "time" }] } };
const idmap = { mounts: [{ destination: "/a" }, { destination: "/b", options: ["bind", "idmap"] }] };

type Row = readonly [string, string, object, readonly string[]];
const rows: readonly Row[] = [
  ["runc", "1.1.5+ds1", { domainname: "a" }, ["/domainname: runc 1.1.5 ignores this"]],
  ["runc", "1.1.15", { domainname: "a" }, ["/domainname: runc 1.1.15 ignores this"]],
  ["runc", "1.0.3", { domainname: "a" }, ["/domainname: runc 1.0.3 ignores this"]],
  ["runc", "1.2.0", { domainname: "a" }, []],
  ["runc", "1.3.6", { domainname: "a" }, []],
  ["crun", "1.8.1", { domainname: "a" }, []],
  ["runc", "1.1.5", { domainname: "" }, []],
  ["runc", "1.1.5", time, ["/linux/namespaces/1: runc 1.1.5 refuses this"]],
  ["crun", "1.21", time, []],
  ["runc", "1.1.5", idmap, ["/mounts/1/options: runc 1.1.5 ignores this"]],
  [
    "crun",
    "1.8.1",
    { linux: { resources: { cpu: { burst: 1 } } } },
    ["/linux/resources/cpu/burst: crun 1.8.1 ignores this"],
  ],
  [
    "crun",
    "1.8.1",
    { process: { scheduler: { policy: "SCHED_BATCH" } } },
    ["/process/scheduler: crun 1.8.1 ignores this"],
  ],
  ["crun", "1.8.1", { ociVersion: "1.3.0" }, ["/ociVersion: crun 1.8.1 refuses this"]],
  [
    "runc",
    "1.3.6",
    { linux: { memoryPolicy: { mode: "MPOL_BIND" } } },
    ["/linux/memoryPolicy: runc 1.3.6 ignores this"],
  ],
  ["crun", "1.28", { linux: { memoryPolicy: { mode: "MPOL_BIND" } } }, []],
  ["other", "1.0", { domainname: "a" }, []],
];

describe("what a version was seen not to know", () => {
  test.each(rows)("%s %s, %j", (kind, version, more, expected) => {
    const problems = gapsOf(spec(more), { kind: kind as "runc", version });
    expect(problems.map(({ at, says }) => `${at}: ${says}`)).toEqual(expected);
    for (const { level, from } of problems)
      expect({ level, from }).toEqual({ level: "warning", from: "host" });
  });

  test("the hint names who does it", () => {
    const [problem] = gapsOf(spec({ domainname: "a" }), { kind: "runc", version: "1.1.5" });
    expect(problem?.hint).toBe("tried and good: runc 1.3.6, crun 1.8.1");
  });

  test("fields by what was measured", () => {
    const { knows, ignores, refuses } = measuredOf({ kind: "crun", version: "1.8.1" });
    expect(knows).toContain("/domainname");
    expect(ignores).toContain("/process/scheduler");
    expect(refuses).toContain("/linux/namespaces/time");
    expect(measuredOf({ kind: "runc", version: "1.2.0" }).knows).not.toContain("/domainname");
  });
});

describe("what a runtime says itself", () => {
  const features = {
    hooks: ["prestart"],
    linux: {
      netDevices: { enabled: false },
      seccomp: { enabled: true, knownFlags: ["SECCOMP_FILTER_FLAG_LOG"] },
    },
  };
  const told = (more: object) => gapsByFeatures(spec(more), { features, name: "runc 9" }).map(({ at }) => at);

  test.each([
    [{ linux: { netDevices: { eth0: {} } } }, ["/linux/netDevices"]],
    [{ linux: { intelRdt: { closID: "a" } } }, []],
    [{ hooks: { poststop: [{ path: "/a" }], prestart: [{ path: "/a" }] } }, ["/hooks/poststop"]],
    [
      { linux: { seccomp: { flags: ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_TSYNC"] } } },
      ["/linux/seccomp/flags/1"],
    ],
    [{ linux: { seccomp: { defaultAction: "SCMP_ACT_ALLOW" } } }, []],
  ])("%j", (more, expected) => expect(told(more)).toEqual(expected));

  test("it is asked only where it could tell, and may have no such verb", async () => {
    const runtime = (features: () => Promise<Record<string, unknown>>) => ({
      ...({ kind: "runc", name: "runc", features } as const),
      version: { kind: "runc", version: "1.3.6", spec: undefined, text: "" } as const,
    });
    const never = runtime(() => expect.unreachable());
    expect(asksForFeatures(spec(time))).toBe(false);
    expect(await runtimeGaps(spec(time), never)).toEqual([]);
    const without = runtime(async () => {
      throw new OcilabError("runtime.unsupported", { doing: "a", got: "b" });
    });
    const asks = spec({ linux: { netDevices: { eth0: {} } } });
    expect((await runtimeGaps(asks, without)).map(({ says }) => says)).toEqual(["runc 1.3.6 ignores this"]);
    const both = await runtimeGaps(
      asks,
      runtime(async () => features),
    );
    expect(both).toHaveLength(1);
  });
});

describe("help texts", () => {
  const crun =
    "COMMANDS:\n\tcreate      - create a container\n\tlist        - list known containers\n\nOPTIONS:\n";
  const runsc =
    "Subcommands:\n\tcheckpoint       checkpoint current state\n\texec             execute new process\n";
  const runc =
    "COMMANDS:\n   create      create a container\n   help, h     Shows a list\n   update      update container\n";
  test.each([
    [crun, ["create", "list"]],
    [runsc, ["exec", "checkpoint"]],
    [runc, ["create", "update"]],
    ["nothing\ncreate a thing", []],
  ])("verbs of %j", (text, expected) => expect(verbsIn(text)).toEqual(expected));

  test.each([
    ["  -b, --bundle=DIR           container bundle\n      --no-pivot  do not", ["bundle", "no-pivot"]],
    ["   --bundle value, -b value  path\n   --no-pivot  do not use", ["bundle", "no-pivot"]],
    ["  -bundle string\n    \tpath\n  -pid-file string\n", ["bundle", "pid-file"]],
    ["a sentence with --flag", []],
  ])("flags of %j", (text, expected) => expect(flagsIn(text)).toEqual(expected));
});

describe("a flag that a version does not know", () => {
  const create = { verb: "create", id: "x" as ContainerId, bundle: "/b" } as const;
  const exec = { verb: "exec", id: "x" as ContainerId, process: "/p" } as const;
  test.each([
    ["runc", "1.1.15+ds1", { ...create, pidfdSocket: "/s" }, "--pidfd-socket"],
    ["runc", "1.2.0", { ...create, pidfdSocket: "/s" }, undefined],
    ["crun", "1.28", { ...exec, pidfdSocket: "/s" }, "--pidfd-socket"],
    ["crun", "1.29", { ...exec, pidfdSocket: "/s" }, undefined],
    ["crun", "1.28", { ...exec, ignorePaused: true }, "--ignore-paused"],
    ["crun", "1.28", { ...create, noPivot: true, preserveFds: 1 }, undefined],
    ["runsc", "0.0~20240729.0", { ...create, noPivot: true }, "--no-pivot"],
    ["runsc", "release-20240729.0", { ...create, noPivot: true }, "--no-pivot"],
    ["runsc", "release-20250101.0", { ...create, noPivot: true }, undefined],
    ["runsc", "0.0~20240729.0", { ...create, noPivot: false, pidFile: "/p" }, undefined],
    ["runsc", "0.0~20240729.0", { ...exec, preserveFds: 1 }, "--preserve-fds"],
    ["runsc", "0.0~20240729.0", { ...exec, cgroup: "x" }, "--cgroup"],
    ["other", "1.0", { ...create, pidfdSocket: "/s" }, undefined],
  ] as const)("%s %s: %j", (kind, version, call, flag) => {
    expect(unknownFlag(call, { kind, version })?.flag).toBe(flag);
  });
});
