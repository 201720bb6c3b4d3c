import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hookClaims } from "../../../src/audit/claims/hooks.ts";
import type { HookTrace } from "../../../src/audit/hook-trace.ts";
import type { Configuration } from "../../../src/base/configuration.ts";
import { readHookTraces, removeHookTraces, writeHookTraces } from "../../../src/container/hooks/traces.ts";
import type { ProcessView } from "../../../src/kernel/view-type.ts";
import type { ContainerId, Spec } from "../../../src/oci/spec.ts";
import { scratch } from "../../support/scratch.ts";

const id = "box" as ContainerId;
const at = "2026-11-22T00:00:00.000Z";
const executed = { kind: "poststart", index: 0, saw: "executed", at, pid: 7, recognised: true } as const;
const nothing = { kind: "poststart", index: 0, saw: "nothing", at } as const;
const early = { kind: "poststart", index: 0, saw: "early", at, pid: 7 } as const;
const unknown = { kind: "createRuntime", index: 1, saw: "unknown", why: "w" } as const;

describe("what is kept of hooks", () => {
  test.each<readonly [string, readonly HookTrace[], readonly HookTrace[], readonly HookTrace[]]>([
    ["what comes later is added", [unknown], [executed], [unknown, executed]],
    ["what comes later replaces", [nothing], [executed], [executed]],
    ["nothing seen later leaves what came too early", [early, unknown], [nothing], [unknown, early]],
    ["what is seen again at the right time counts", [early], [executed], [executed]],
  ])("%s", async (_, first, second, kept) => {
    await using place = scratch();
    const configuration = { containers: place.path } as Configuration;
    writeHookTraces(configuration, id, first);
    writeHookTraces(configuration, id, second);
    expect(readHookTraces(configuration, id)).toEqual(kept);
    expect(readdirSync(place.path)).toEqual(["box.hooks"]);
    removeHookTraces(configuration, id);
    removeHookTraces(configuration, id);
    expect(readHookTraces(configuration, id)).toBeUndefined();
  });

  test.each([
    ["", "{", "{}", "[1]", "[{}]", '[{"kind":"prestart","index":0,"saw":"nothing"}]'],
    [
      '[{"kind":"other","index":0,"saw":"nothing","at":"a"}]',
      '[{"kind":"prestart","index":0,"saw":"x","at":"a"}]',
    ],
    ['[{"kind":"prestart","index":0,"saw":"executed","at":"a","pid":1}]'],
    [
      '[{"kind":"prestart","index":0,"saw":"early","at":"a"}]',
      '[{"kind":"prestart","index":0,"saw":"unknown"}]',
    ],
  ])("what another hand has written says nothing: %j", async (...texts) => {
    await using place = scratch();
    mkdirSync(place.path, { recursive: true });
    for (const text of texts) {
      writeFileSync(join(place.path, "box.hooks"), text);
      expect(readHookTraces({ containers: place.path } as Configuration, id)).toBeUndefined();
    }
  });
});

describe("the claim about a hook", () => {
  const spec: Spec = {
    ociVersion: "1.2.0",
    hooks: { poststart: [{ path: "/h" }], poststop: [{ path: "/l" }] },
  };
  const findings = (hooks: readonly HookTrace[] | undefined) =>
    hookClaims(spec, { hooks }).map((claim) => claim.judge({} as ProcessView));

  test.each([
    ["executed", [executed], "kept", undefined],
    ["not executed", [nothing], "broken", "nobody had executed it when the container had been started"],
    ["too early", [early], "broken", "it was executed when the container was created, before its program"],
    ["not watched", [{ ...unknown, kind: "poststart", index: 0 }], "unseen", "the kernel was not asked: w"],
    ["of another hook", [{ ...executed, index: 1 }], "unseen", /nobody watched/],
    ["driven by another tool", undefined, "unseen", /nobody watched/],
  ] as const)("%s", (_, hooks, verdict, why) => {
    const [finding] = findings(hooks);
    expect(finding?.verdict).toBe(verdict);
    if (why !== undefined) expect(finding).toMatchObject({ why: expect.stringMatching(why) });
  });

  test("of the time after delete cannot be seen", () =>
    expect(findings(undefined)[1]).toMatchObject({
      verdict: "unseen",
      why: expect.stringContaining("after delete"),
    }));
});
