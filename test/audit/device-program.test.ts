import { expect, test } from "vitest";
import { deviceRuleClaims } from "../../src/audit/claims/cgroup-devices.ts";
import type { ProcessView } from "../../src/kernel/view-type.ts";

const program = { id: 4, type: "cgroup_device", name: "", instructions: 9 };
const rules = { devices: [{ allow: false }, { allow: true, type: "c" as const, major: 1 }] };

/** The verdicts of both rules where these programs decide about devices. */
function verdicts(effective: readonly (typeof program)[]): readonly string[] {
  const deviceFilter = { source: "bpf", ok: true, value: { attached: effective, effective, flags: [] } };
  const view = {
    hierarchies: [{ version: 2, controllers: ["pids"], deviceFilter }],
  } as unknown as ProcessView;
  return deviceRuleClaims(rules).map((claim) => claim.judge(view).verdict);
}

test("cgroup v2: without a program every device is allowed", () =>
  expect(verdicts([])).toEqual(["broken", "kept"]));

test("cgroup v2: with a program nobody reads what it says", () =>
  expect(verdicts([program])).toEqual(["unseen", "unseen"]));
