import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { processesOf, snapshotHost } from "../../scripts/host-snapshot.mjs";

const before = process.env["OCILAB_HOST_SNAPSHOT"];
const run = process.env["OCILAB_TEST_RUN"];

describe.skipIf(before === undefined || run === undefined)(
  "after the whole test run the host has no new",
  () => {
    const was = () => JSON.parse(readFileSync(before ?? "", "utf8")) as ReturnType<typeof snapshotHost>;
    test.each(["mounts", "cgroups", "runtimeState", "temporary", "devices"] as const)("%s", (kind) => {
      const known = new Set(was()[kind]);
      expect(snapshotHost(process.env["TMPDIR"])[kind].filter((line) => !known.has(line))).toEqual([]);
    });

    test("processes", () => {
      expect(processesOf(run ?? "")).toEqual([]);
    });
  },
);
