import { expect, test } from "vitest";
import { compareViews } from "../../src/kernel/difference.ts";
import { viewProcess } from "../../src/kernel/view.ts";
import { captured, type Tree } from "./support/tree.ts";

const stat = (pid: number) =>
  `${pid} (box) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${pid}55 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0`;
const tree: Tree = {
  "/proc/7/stat": stat(7),
  "/proc/7/status": "Uid:\t5\t5\t5\t5\nCapEff:\t20\n",
  "/proc/7/environ": "A=1\0B=2\0",
  "/proc/7/limits":
    "Limit …\nMax processes             10                   20                   processes\n",
  "/proc/7/ns/uts": "-> uts:[20]",
  "/proc/7/mountinfo": "30 1 0:30 / / rw - overlay overlay rw\n31 30 0:31 / /proc rw,nosuid - proc proc rw\n",
  "/proc/8/stat": stat(8),
  "/proc/8/status": "Uid:\t5\t5\t5\t5\nCapEff:\t0\n",
  "/proc/8/environ": "A=1\0B=3\0C=4\0",
  "/proc/8/limits":
    "Limit …\nMax processes             10                   30                   processes\n",
  "/proc/8/ns/uts": "-> uts:[21]",
  "/proc/8/mountinfo": "40 1 0:30 / / rw - overlay overlay rw\n",
};

test("two processes differ fact by fact, lists by their entries; ids, times and mount ids do not count", async () => {
  const files = captured(tree);
  const { differences, same } = compareViews(
    await viewProcess(7, { files }),
    await viewProcess(8, { files }),
  );
  const value = (at: string) => {
    const found = differences.find((one) => one.at === at);
    return [found?.first, found?.second].map((reading) => (reading?.ok ? reading.value : undefined));
  };
  expect(differences.map(({ at }) => at)).toEqual([
    "environment B",
    "capabilities effective",
    "namespaces uts",
    "mounts /proc",
    "limits RLIMIT_NPROC",
    "environment C",
  ]);
  expect(value("environment C")).toEqual([undefined, "4"]);
  expect(value("namespaces uts")).toEqual([20, 21]);
  expect(value("limits RLIMIT_NPROC")).toEqual([
    { soft: 10, hard: 20 },
    { soft: 10, hard: 30 },
  ]);
  expect(same).toBeGreaterThan(3);
});
