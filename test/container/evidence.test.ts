import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { firstLacking, type Level } from "../../src/container/evidence/cgroups.ts";
import { causesWithEvidence, gatherEvidence } from "../../src/container/evidence/evidence.ts";
import { killedForMemory } from "../../src/container/evidence/memory.ts";
import { droppedSignal } from "../../src/container/evidence/process.ts";
import { judgeSwitches } from "../../src/container/evidence/user-namespaces.ts";
import { causes } from "../../src/runtime/failures/table.ts";
import { scratch } from "../support/scratch.ts";

describe("evidence", () => {
  /** What is shown elsewhere: by the refusal of the verb itself (src/runtime/stale.ts), or by `ocilab run` before it removes the cgroup. */
  const elsewhere = ["id-taken", "id-unknown", "still-running", "started-already", "killed-for-memory"];

  test("is gathered for causes that there are, and for every cause that promises to show something", () => {
    const promised = causes.filter(({ shows }) => shows !== undefined).map(({ name }) => name);
    expect([...causesWithEvidence].sort()).toEqual(
      promised.filter((name) => !elsewhere.includes(name)).sort(),
    );
  });

  test("of a bundle that is not there is none, and no error", async () => {
    for (const cause of causesWithEvidence) {
      const failed = { id: "x", root: "/no/such/root", directory: "/no/such/bundle", found: {} };
      await expect(gatherEvidence(cause, failed)).resolves.toHaveProperty("evidence");
    }
  });
});

describe("a signal to the first process of a pid namespace", () => {
  const status = (chain: string, caught: string) => `Name:\tsh\nNSpid:\t${chain}\nSigCgt:\t${caught}\n`;

  test.each([
    [15, "400\t1", "0000000000000000", true],
    [15, "400\t1", "0000000000004000", false],
    [2, "400\t1", "0000000000004000", true],
    [9, "400\t1", "0000000000000000", false],
    [19, "400\t1", "0000000000000000", false],
    [17, "400\t1", "0000000000000000", false],
    [15, "400", "0000000000000000", false],
    [15, "400\t7", "0000000000000000", false],
    [15, "400\t12\t1", "0000000000000000", true],
    [64, "400\t1", "8000000000000000", false],
  ])("%i, NSpid %j, SigCgt %s: dropped %s", (signal, chain, caught, dropped) => {
    expect(droppedSignal(signal, status(chain, caught)) !== undefined).toBe(dropped);
  });
});

test.each([
  [2, "400\t1", "SigBlk:\t0000000000000002\n", undefined],
  [15, "400\t1", "SigBlk:\t0000000000000002\n", "drops"],
  [2, "400\t1", "SigIgn:\t0000000000000002\n", "it ignores SIGINT"],
  [2, "400\t9", "SigIgn:\t0000000000000002\n", "it ignores SIGINT"],
  [2, "400", "SigIgn:\t0000000000000002\n", "it ignores SIGINT"],
  [15, "400", "SigIgn:\t0000000000000002\n", undefined],
  [9, "400\t1", "SigIgn:\tffffffffffffffff\n", undefined],
])("signal %i to a process with NSpid %j and %j: %s", (signal, chain, sets, says) => {
  const found = droppedSignal(signal, `NSpid:\t${chain}\n${sets}SigCgt:\t0\n`);
  if (says === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(says);
});

describe("the cgroup that lacks a controller", () => {
  const level = (path: string, controllers: string, handedDown: string): Level => ({
    ...{ path, owner: 0, type: "domain", processes: 0 },
    ...{ controllers: controllers.split(" "), handedDown: handedDown.split(" ") },
  });
  const top = level("/sys/fs/cgroup", "cpu memory pids", "cpu memory pids");

  test.each([
    ["hugetlb", [top], /cgroup\.controllers lacks hugetlb/],
    [
      "memory",
      [top, level("/sys/fs/cgroup/a", "cpu memory pids", "cpu")],
      /a\/cgroup\.subtree_control lacks memory/,
    ],
    [
      "memory",
      [level("/sys/fs/cgroup", "memory", ""), level("/sys/fs/cgroup/a", "", "")],
      /cgroup\/cgroup\.subtree_control lacks/,
    ],
  ])("%s", (controller, levels, says) => {
    const found = firstLacking(levels, controller);
    expect(`${found?.evidence.source} ${found?.evidence.says}`).toMatch(says);
    expect(found?.hint).toBeDefined();
  });

  test("is none when all hand it down", () => {
    expect(firstLacking([top], "memory")).toBeUndefined();
  });
});

/** Ubuntu 24.04's switch cannot be met on the machines of the tests: its values are those that Ubuntu documents. */
describe("what forbids user namespaces", () => {
  const apparmor = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
  const most = "/proc/sys/user/max_user_namespaces";

  test.each([
    [
      [
        [most, "100"],
        [apparmor, "1"],
      ],
      "kernel.apparmor_restrict_unprivileged_userns=0",
      apparmor,
    ],
    [
      [
        [most, "0"],
        [apparmor, "0"],
      ],
      "user.max_user_namespaces=15000",
      most,
    ],
    [[["/proc/sys/kernel/unprivileged_userns_clone", "0"]], "kernel.unprivileged_userns_clone=1", "clone"],
  ] as const)("%j", (values, allows, named) => {
    const { seen, forbidden } = judgeSwitches(values);
    expect(forbidden).toBe(allows);
    expect(seen.filter(({ says }) => says.includes("forbids")).map(({ source }) => source)).toEqual([
      expect.stringContaining(named),
    ]);
  });

  test("is nothing where the switches are open or not there", () => {
    expect(
      judgeSwitches([
        [most, "100"],
        [apparmor, undefined],
      ]),
    ).toEqual({
      seen: [{ source: most, says: "is 100" }],
      forbidden: undefined,
    });
  });
});

describe("an exit code of 137", () => {
  test.each([
    ["memory.events", "low 0\noom 1\noom_kill 2\n", "memory.max", "8388608\n", 137, true],
    [
      "memory.oom_control",
      "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
      "memory.limit_in_bytes",
      "4096\n",
      137,
      true,
    ],
    ["memory.events", "oom_kill 0\n", "memory.max", "max\n", 137, false],
    ["memory.events", "oom_kill 1\n", "memory.max", "8388608\n", 1, false],
  ])("with %s %j", async (counts, text, limit, most, exitCode, killed) => {
    await using place = scratch();
    const directory = join(place.path, "memory");
    mkdirSync(directory);
    writeFileSync(join(directory, counts), text);
    writeFileSync(join(directory, limit), most);
    const seen = killedForMemory({ exitCode }, [join(place.path, "nothing"), directory]);
    expect(seen?.source).toBe(killed ? join(directory, counts) : undefined);
    if (killed) expect(seen?.says).toContain(`${limit} ${most.trim()}`);
  });
});
