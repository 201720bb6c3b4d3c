import { expect, test } from "vitest";
import { configFlags } from "../../../src/cli/config/flags.ts";
import { provenContainers, unproven } from "./containers.ts";

const proven = new Set(provenContainers.flatMap(({ proofs }) => proofs.flatMap(({ flags }) => flags)));

test("every config flag is proven by the kernel, or says why not", () => {
  const left = Object.keys(configFlags).filter((name) => !proven.has(name) && !Object.hasOwn(unproven, name));
  expect(left).toEqual([]);
});

test("no reason is left over for a flag that is proven or gone", () => {
  const names = Object.keys(configFlags);
  expect(Object.keys(unproven).filter((name) => proven.has(name) || !names.includes(name))).toEqual([]);
  expect([...proven].filter((name) => !names.includes(name))).toEqual([]);
});

test("every flag of a container has a proof there or in another", () => {
  const world = { disk: "/dev/disk", mapped: "/mapped", id: "id" };
  const given = provenContainers.flatMap(({ words }) =>
    words(world).map((word) => /^--([a-z-]+)/.exec(word)?.[1]),
  );
  expect(given.filter((name) => name !== undefined && !proven.has(name))).toEqual([]);
});
