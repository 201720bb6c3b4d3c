import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { compareRootfs } from "../../../scripts/compare-rootfs.ts";
import { type Member, tarOf } from "../../support/layers.ts";
import { describeWith, repository } from "../../support/needs.ts";
import { ocilabIn } from "../../support/ocilab.ts";
import { imageOf } from "../../support/rootfs.ts";
import { scratch } from "../../support/scratch.ts";

const points = 50;
type Victim = "the command" | "the helper" | "the command, by SIGINT";
const victims: readonly Victim[] = ["the command", "the helper", "the command, by SIGINT"];

/** Two layers, the second removing some of the first: unpacking takes about half of a run. */
function layers(): readonly Buffer[] {
  const file = (at: number): Member => ({
    name: `d${at % 20}/f${at}`,
    data: `${at}`.repeat(at % 900),
    uid: at,
  });
  return [
    tarOf(Array.from({ length: 800 }, (_, at) => file(at))),
    tarOf([{ name: ".wh.d3" }, ...Array.from({ length: 400 }, (_, at) => file(at * 2 + 1))]),
  ];
}

describeWith(["root"], "killed while it unpacks", () => {
  test(`at ${points} moments: the bundle is whole or absent, and the next run succeeds`, async () => {
    await using place = scratch();
    const at = (name: string): string => join(place.path, name);
    for (const name of ["home", "whole"]) mkdirSync(at(name));
    const reference = imageOf(
      at("."),
      layers().map((tar) => ({ tar })),
    );
    const ocilab = ocilabIn(at("home"));
    const words = (directory: string) => ["bundle", "--copy", reference, directory];
    const began = performance.now();
    expect(await ocilab(words(at("whole/b")))).toMatchObject({ exitCode: 0 });
    const length = performance.now() - began;
    let absent = 0;
    const lane = async (parity: number): Promise<void> => {
      const bundles = at(`bundles-${parity}`);
      mkdirSync(bundles);
      for (let point = parity; point < points; point += 2) {
        const victim = victims[point % victims.length] ?? "the command";
        const before = readdirSync(bundles);
        await killed(words(join(bundles, "b")), {
          victim,
          home: at("home"),
          after: (length * point) / points,
        });
        const left = readdirSync(bundles);
        // What a command that was killed left is removed by the next one that comes so far.
        const fresh = left.filter((name) => name !== "b" && !before.includes(name));
        if (victim !== "the command") expect(fresh, victim).toEqual([]);
        if (!left.includes("b")) absent++;
        else expect(compareRootfs(at("whole/b/rootfs"), join(bundles, "b/rootfs")), victim).toEqual([]);
        expect(left.includes("b")).toBe(existsSync(join(bundles, "b/config.json")));
        rmSync(join(bundles, "b"), { recursive: true, force: true });
      }
      expect(await ocilab(words(join(bundles, "b")))).toMatchObject({ exitCode: 0 });
      expect(compareRootfs(at("whole/b/rootfs"), join(bundles, "b/rootfs"))).toEqual([]);
      expect(readdirSync(bundles)).toEqual(["b"]);
    };
    await Promise.all([lane(0), lane(1)]);
    expect(absent).toBeGreaterThan(0);
  });
});

type Kill = { readonly victim: Victim; readonly home: string; readonly after: number };

/** Start the command line, kill the victim after some milliseconds unless all is over, and wait for the end of both. */
async function killed(words: readonly string[], { victim, home, after }: Kill): Promise<void> {
  const env = { ...process.env, OCILAB_HOME: home };
  const child = spawn(join(repository, "bin/ocilab"), words, { env, stdio: "ignore" });
  const exit = once(child, "exit");
  await Promise.race([wait(after), exit]);
  const helpers = helpersOf(child.pid ?? 0);
  if (victim === "the helper") for (const pid of helpers) kill(pid);
  else child.kill(victim === "the command" ? "SIGKILL" : "SIGINT");
  await exit;
  for (const pid of helpers) while (isHelper(pid)) await wait(5);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

function helpersOf(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return children.split(" ").filter(Boolean).map(Number).filter(isHelper);
  } catch {
    return [];
  }
}

function isHelper(pid: number): boolean {
  try {
    const [, state] = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return state !== "Z" && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("layer-helper");
  } catch {
    return false;
  }
}
