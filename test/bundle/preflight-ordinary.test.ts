import { describe, expect, test } from "vitest";
import { type OrdinaryFacts, preflightOrdinary } from "../../src/bundle/preflight-ordinary.ts";
import type { Resources, Spec } from "../../src/oci/spec.ts";

const own = { containerID: 0, hostID: 1000, size: 1 };
const range = { containerID: 1, hostID: 100_000, size: 65_536 };
const lacks = { says: "/etc/subuid has no range for ann", hint: "as root: ..." };
const facts: OrdinaryFacts = {
  plan: { maps: { kind: "ranges", uidMappings: [own, range], gidMappings: [own, range] }, complaints: [] },
  delegation: { ok: true, parent: "/job", controllers: ["memory", "pids"] },
  forbidden: undefined,
  oomScoreAdj: 100,
};
const singleId: Partial<OrdinaryFacts> = {
  plan: { maps: { kind: "single", uidMappings: [own], gidMappings: [own] }, complaints: [], lacks },
};
const noDelegation: Partial<OrdinaryFacts> = { delegation: { ok: false, says: "not delegated", hint: "do" } };

const spec = (linux: Spec["linux"] = {}): Spec => ({ ociVersion: "1.0.2", linux });
const limited = (resources: Resources, cgroupsPath = "/job/a"): Spec => spec({ resources, cgroupsPath });
const mapped = (...uidMappings: { containerID: number; hostID: number; size: number }[]): Spec =>
  spec({ uidMappings, gidMappings: [own] });

describe("the preflight of an ordinary user", () => {
  test.each<[string, Spec, Partial<OrdinaryFacts>, readonly string[]]>([
    ["nothing asked", spec(), {}, []],
    ["nothing asked, nothing delegated", spec({ resources: { memory: {} } }), noDelegation, []],
    ["the ranges of the user", mapped(own, range), {}, []],
    ["a part of a range", mapped(own, { containerID: 1, hostID: 100_005, size: 10 }), {}, []],
    ["one id too many", mapped(own, { ...range, size: 65_537 }), {}, ["error /linux/uidMappings/1"]],
    ["somebody else's id", mapped({ ...own, hostID: 1001 }), {}, ["error /linux/uidMappings/0"]],
    ["ranges that are not granted", mapped(own, range), singleId, ["error /linux/uidMappings/1"]],
    ["limits in a delegated cgroup", limited({ memory: { limit: 1 }, pids: { limit: 1 } }), {}, []],
    [
      "limits, nothing delegated",
      limited({ memory: { limit: 1 } }),
      noDelegation,
      ["error /linux/resources/memory"],
    ],
    ["a cgroup, nothing delegated", spec({ cgroupsPath: "/x" }), noDelegation, ["error /linux/cgroupsPath"]],
    [
      "a controller that is not delegated",
      limited({ blockIO: { weight: 10 } }),
      {},
      ["error /linux/resources/blockIO"],
    ],
    [
      "files of delegated controllers",
      limited({ unified: { "memory.high": "1", "cgroup.freeze": "0" } }),
      {},
      [],
    ],
    ["files of others", limited({ unified: { "cpu.idle": "1" } }), {}, ["error /linux/resources/unified"]],
    ["rules for devices", limited({ devices: [{ allow: false }] }), {}, ["error /linux/resources/devices"]],
    [
      "limits without a path, which crun drops",
      spec({ resources: { memory: { limit: 1 } } }),
      {},
      ["warning /linux/cgroupsPath"],
    ],
    [
      "additional groups, which runc refuses",
      { ...spec(), process: { cwd: "/", user: { uid: 0, gid: 0, additionalGids: [5] } } },
      {},
      ["warning /process/user/additionalGids"],
    ],
    ["an OOM score as ours", { ...spec(), process: { cwd: "/", oomScoreAdj: 100 } }, {}, []],
    [
      "an OOM score below ours",
      { ...spec(), process: { cwd: "/", oomScoreAdj: 99 } },
      {},
      ["error /process/oomScoreAdj"],
    ],
    [
      "user namespaces that are forbidden",
      spec(),
      { forbidden: { says: "x is 0", hint: "y" } },
      ["error /linux/namespaces"],
    ],
  ])("%s", (_name, asked, differs, expected) => {
    const problems = preflightOrdinary(asked, { ...facts, ...differs });
    expect(problems.map(({ level, at }) => `${level} ${at}`)).toEqual(expected);
  });

  test("who has no ranges is told what is missing", () => {
    const [problem] = preflightOrdinary(mapped(own, range), { ...facts, ...singleId });
    expect(problem?.says).toBe("maps the host's ids 100000 to 165535, and this user may map only 1000");
    expect(problem?.hint).toBe("/etc/subuid has no range for ann; as root: ...");
  });
});
