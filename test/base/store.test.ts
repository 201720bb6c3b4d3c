import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeStore } from "../../src/base/store.ts";
import { scratch } from "../support/scratch.ts";

test("a store is made with what is missing above it, for its owner alone, and again harmlessly", async () => {
  await using place = scratch();
  const store = join(place.path, "home/containers");
  makeStore(store);
  makeStore(store);
  expect(statSync(store).mode & 0o777).toBe(0o700);
});

test.each([
  ["below a file", (place: string) => join(place, "file/containers"), "ENOTDIR"],
  ["where nothing can be made", () => "/proc/ocilab/containers", "ENOENT"],
])("a store %s is refused with the kernel's error", async (_name, at, errno) => {
  await using place = scratch();
  writeFileSync(join(place.path, "file"), "");
  const directory = at(place.path);
  expect(() => makeStore(directory)).toThrow(
    expect.objectContaining({ code: "host.store-unwritable", got: `the kernel answered ${errno}` }),
  );
});
