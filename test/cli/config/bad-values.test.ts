import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configFlags } from "../../../src/cli/config/flags.ts";
import { scratch } from "../../support/scratch.ts";
import { limitRefusals } from "./rows/limit-refusals.ts";
import { programRefusals, type Refusals } from "./rows/refusals.ts";
import { fill, specOf } from "./world.ts";

const place = scratch();
beforeAll(() => void fill(place.path));
afterAll(() => place[Symbol.asyncDispose]());

const refusals: Refusals = { ...programRefusals, ...limitRefusals };

/** Any text is good for these, or none is (a switch takes none); the runtime and the linter judge the result. */
const takeAnything = [
  "entrypoint",
  "stop-signal",
  "read-only",
  "privileged",
  "oom-kill-disable",
  "cpu-idle",
  "cgroups-path",
];

const cases = Object.entries(refusals).flatMap(([flag, list]) =>
  list.map(([value, says]) => [typeof value === "string" ? [`--${flag}=${value}`] : value, says] as const),
);

describe("a bad value is refused with what is wrong about it", () => {
  test.each(cases)("%j: %s", (argv, says) => {
    expect(() => specOf(argv, { cwd: place.path })).toThrow(says);
  });

  test.each(Object.keys(configFlags))("--%s has a row here", (flag) => {
    expect(Object.hasOwn(refusals, flag) || takeAnything.includes(flag)).toBe(true);
  });
});

test("without an init in PATH the packages are named", async () => {
  await using bare = scratch();
  expect(() => specOf(["--init"], { cwd: bare.path })).toThrow("docker-init, tini-static, tini, catatonit");
});
