import { expect, test } from "vitest";
import { type EngineProfile, resolveEngineProfile } from "../../src/spec/seccomp/engine-profile.ts";

const world = { architecture: "amd64", capabilities: ["CAP_SYS_ADMIN", "CAP_BPF"], kernel: "6.1.0-18-amd64" };

/** Conditions of a rule, and whether it holds in that world. */
test.each<[conditions: object, holds: boolean]>([
  [{}, true],
  [{ includes: { arches: ["amd64", "x32"] } }, true],
  [{ includes: { arches: ["arm64"] } }, false],
  [{ excludes: { arches: ["amd64"] } }, false],
  [{ excludes: { arches: ["s390x"] } }, true],
  [{ includes: { caps: ["CAP_SYS_ADMIN", "CAP_BPF"] } }, true],
  [{ includes: { caps: ["CAP_SYS_ADMIN", "CAP_PERFMON"] } }, false],
  [{ excludes: { caps: ["CAP_PERFMON", "CAP_BPF"] } }, false],
  [{ excludes: { caps: ["CAP_PERFMON"] } }, true],
  [{ includes: { minKernel: "4.8" } }, true],
  [{ includes: { minKernel: "6.1" } }, true],
  [{ includes: { minKernel: "6.10" } }, false],
  [{ includes: { minKernel: "7.0" } }, false],
  [{ excludes: { minKernel: "4.8" } }, false],
  [{ includes: null, excludes: null }, true],
])("a rule with %j: %s", (conditions, holds) => {
  const rule = { names: ["read"], action: "SCMP_ACT_ALLOW", ...conditions };
  const profile = { defaultAction: "SCMP_ACT_ERRNO", syscalls: [rule] } as EngineProfile;
  expect(resolveEngineProfile(profile, world).syscalls).toEqual(
    holds ? [{ names: ["read"], action: "SCMP_ACT_ALLOW" }] : [],
  );
});

test("the architectures are those of the machine, or of the profile when it does not know the machine", () => {
  const archMap = [{ architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] }] as const;
  const profile: EngineProfile = {
    defaultAction: "SCMP_ACT_ALLOW",
    archMap,
    architectures: ["SCMP_ARCH_X86"],
  };
  const of = (architecture: string) =>
    resolveEngineProfile(profile, { ...world, architecture }).architectures;
  expect(of("arm64")).toEqual(["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]);
  expect(of("amd64")).toEqual(["SCMP_ARCH_X86"]);
});

test("podman's names of errors are left out beside their numbers, and refused without", () => {
  const rule = { names: ["read"], action: "SCMP_ACT_ERRNO", errno: "EPERM" } as const;
  const profile = (more: object): EngineProfile => ({
    ...{ defaultAction: "SCMP_ACT_ERRNO", defaultErrno: "ENOSYS", defaultErrnoRet: 38 },
    syscalls: [{ ...rule, ...more }],
  });
  expect(resolveEngineProfile(profile({ errnoRet: 1 }), world)).toEqual({
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: 38,
    syscalls: [{ names: ["read"], action: "SCMP_ACT_ERRNO", errnoRet: 1 }],
  });
  expect(() => resolveEngineProfile(profile({}), world)).toThrow("it has no number");
});
