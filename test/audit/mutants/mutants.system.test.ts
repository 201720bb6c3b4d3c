import { describe, expect, test } from "vitest";
import { describeWith, missing, peer } from "../../support/needs.ts";
import { filesAfterwards, modernAfterwards, processAfterwards } from "./afterwards.ts";
import { mappedConfig, modernConfig, ordinaryConfig } from "./configs.ts";
import { prove } from "./prove.ts";
import { allMutations, mutationSets } from "./table.ts";

const afterwards = [...processAfterwards, ...filesAfterwards, ...modernAfterwards];

describe("the mutations", () => {
  test("are more than sixty, each with a name of its own", () => {
    const all = [...allMutations, ...afterwards];
    expect(all.length).toBeGreaterThan(60);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });
});

describeWith(
  ["root", "busybox", "nsenter", "prlimit", "runc", "cgroup v1"],
  "a runtime that gets it wrong, cgroup v1",
  () => {
    describe("an ordinary config", () =>
      prove({
        by: "wrapper",
        runtime: "runc",
        spec: () => ordinaryConfig({ memory: { swappiness: 30 } }),
        sets: {
          ...mutationSets.ordinary,
          "a process meddled with": processAfterwards,
          "files meddled with": filesAfterwards,
        },
      }));
    describe("limits of cgroup v1", () =>
      prove({
        by: "wrapper",
        runtime: "runc",
        spec: () => ordinaryConfig({ memory: { swappiness: 30 } }),
        sets: {
          "limits of cgroup v1, device rules": [
            ...mutationSets.v1["limits of cgroup v1"],
            ...mutationSets.either["device rules"],
          ],
        },
      }));
    describeWith(["user namespaces"], "a user namespace", () =>
      prove({ by: "wrapper", runtime: "runc", spec: mappedConfig, sets: mutationSets.mapped }),
    );
  },
);

describeWith(
  [
    "root",
    "busybox",
    "renice",
    "ionice",
    ...(missing("../shared/peers") === undefined ? [] : ["../shared/peers"]),
  ],
  "a newer runtime that gets it wrong",
  () =>
    prove({
      by: "wrapper",
      runtime: peer("runc"),
      spec: modernConfig,
      sets: { ...mutationSets.modern, "a process reprioritised": modernAfterwards },
    }),
);
