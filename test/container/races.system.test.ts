import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { leftCgroups } from "../../src/runtime/leftovers.ts";
import { describeWith, programPath } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";
import { leftIn } from "./support.ts";

const place = scratch();
const home = join(place.path, "home");
const bundle = join(place.path, "bundle");
mkdirSync(home);
const ocilab = ocilabIn(home);
afterAll(() => place[Symbol.asyncDispose]());

for (const name of ["runc", "crun"] as const) {
  describeWith(["root", name], `two at once, by ${name}`, () => {
    const by = (...words: readonly string[]) => ocilab(["--runtime", name, ...words]);
    beforeAll(async () => {
      if (!existsSync(bundle)) await by("bundle", "--copy", "busybox", bundle, "--", "sleep", "1000");
    });
    const gone = async (id: string) => {
      await by("delete", "--force", id);
      expect(leftIn(home)).toEqual([]);
      expect(leftCgroups(id, undefined)).toEqual([]);
    };

    test("delete and delete: with force both succeed, without it one does", async () => {
      await by("run", "-d", "--name", "race", "busybox", "sleep", "1000");
      const forced = await Promise.all([1, 2, 3].map(() => by("delete", "--force", "race")));
      expect(forced.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(forced.map(() => [0, ""]));
      expect(leftIn(home)).toEqual([]);
      await by("create", "--bundle", bundle, "race");
      const plain = await Promise.all([1, 2].map(() => by("delete", "race")));
      expect(plain.some(({ exitCode }) => exitCode === 0)).toBe(true);
      await gone("race");
    });

    test("start and kill: it runs, or has ended", async () => {
      await by("create", "--bundle", bundle, "race");
      await Promise.all([by("start", "race"), by("kill", "race", "KILL")]);
      const { stdout } = await by("state", "race");
      expect(JSON.parse(stdout)).toMatchObject({ status: expect.stringMatching(/^(running|stopped)$/) });
      await gone("race");
    });

    test("create and delete --force: there is a whole container, or nothing", async () => {
      const [created] = await Promise.all([
        by("create", "--bundle", bundle, "race"),
        by("delete", "--force", "race"),
      ]);
      const state = await by("state", "race");
      if (created.exitCode === 0 && state.exitCode === 0)
        expect(JSON.parse(state.stdout)).toMatchObject({
          status: expect.stringMatching(/^(created|stopped)$/),
        });
      await gone("race");
    });

    test.each(["create", "start", "delete"])("a runtime that is killed in %s is repaired", async (verb) => {
      const dying = dyingRuntime(name, verb);
      if (verb !== "create") await by("create", "--bundle", bundle, "race");
      const words = verb === "create" ? ["create", "--bundle", bundle, "race"] : [verb, "race"];
      const root = join(home, "run", name);
      const failed = await ocilab(["--runtime", dying, "--root", root, ...words]);
      if (verb === "create") expect(failed.exitCode).not.toBe(0);
      await gone("race");
      expect(existsSync(join(root, "race"))).toBe(false);
      expect(await by("create", "--bundle", bundle, "race")).toMatchObject({ exitCode: 0 });
      await gone("race");
    });

    test("what is left when creator and runtime were killed is removed", async () => {
      const root = join(home, "run", name);
      mkdirSync(root, { recursive: true });
      const dying = dyingRuntime(name, "create");
      const args = ["--root", root, "create", "--bundle", bundle, "race"];
      spawnSync(dying, args, { stdio: "ignore", timeout: 30_000 });
      mkdirSync(join(root, "race"), { recursive: true });
      await gone("race");
      expect(readdirSync(root)).not.toContain("race");
    });
  });
}

/** A runtime that is killed as soon as it has begun with a verb: when its directory is there, or at once. */
function dyingRuntime(name: string, verb: string): string {
  const path = join(place.path, `${name}-dies-in-${verb}`);
  const real = programPath(name);
  const script = `#!/bin/sh
case " $* " in *" ${verb} "*) ;; *) exec ${real} "$@" ;; esac
root=; last=
for word; do [ "$last" = --root ] && root=$word; last=$word; done
${real} "$@" &
pid=$!
turn=0
until [ "${verb}" != create ] || [ -d "$root/race" ] || [ $turn -gt 2000 ] || ! [ -d /proc/$pid ]; do turn=$((turn+1)); done
kill -9 $pid
wait $pid
exit 137
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}
