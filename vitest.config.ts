import { defineConfig } from "vitest/config";

/**
 * Four projects: `unit` needs nothing but Node; `system` (*.system.test.ts) drives real programs as root, one file at a time,
 * `after` (*.after.test.ts) checks that the host is as it was; `vm` (*.vm.test.ts) runs inside a cgroup v2 machine (scripts/test.mjs boots it).
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          globalSetup: ["test/support/build.ts"],
          exclude: ["test/**/*.system.test.ts", "test/**/*.vm.test.ts", "test/**/*.after.test.ts"],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "system",
          include: ["test/**/*.system.test.ts"],
          globalSetup: ["test/support/build.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: { name: "after", include: ["test/**/*.after.test.ts"] },
      },
      {
        test: {
          name: "vm",
          include: ["test/**/*.vm.test.ts"],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
