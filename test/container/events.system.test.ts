import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checked } from "../cli/schemas.ts";
import { describeWith } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";

const place = scratch();
const home = join(place.path, "home");
mkdirSync(home);
const ocilab = ocilabIn(home);
afterAll(() => place[Symbol.asyncDispose]());

for (const runtime of ["runc", "crun"] as const) {
  describeWith(["root", runtime], `events of a container by ${runtime}`, () => {
    const start = (...words: readonly string[]) => ocilab(["--runtime", runtime, "run", "-d", ...words]);
    const gate = join(place.path, `gate-${runtime}`);

    test("tell of its usage, of each kill for lack of memory, and of its end", async () => {
      mkdirSync(gate);
      const eats = 'sh -c "a=x; while :; do a=\\$a\\$a; done"';
      const script = `until [ -e /gate/open ]; do sleep 0.05; done; ${eats}; ${eats}; exit 3`;
      await start("--name", "oom", "--memory=20m", `--volume=${gate}:/gate`, "busybox", "sh", "-c", script);
      const following = ocilab(["--json", "events", "--interval=0.2", "oom"]);
      const one = checked("events", (await ocilab(["--json", "events", "--stats", "oom"])).stdout);
      expect(one).toMatchObject({ type: "stats", usage: { memory: { ok: true } } });
      mkdirSync(join(gate, "open"));
      const lines = (await following).stdout.trimEnd().split("\n");
      const events = lines.map((line) => checked("events", line));
      expect(events[0]).toMatchObject({ type: "stats" });
      const kills = events.filter(({ type }) => type === "oom");
      expect(Number(kills.at(-1)?.["kills"])).toBeGreaterThanOrEqual(2);
      expect(kills.at(-1)).toMatchObject({ source: expect.stringContaining("oom_kill") });
      expect(events.at(-1)).toMatchObject({ type: "end", exit: { exitCode: 3, signal: null } });
      await ocilab(["delete", "oom"]);
    });

    test("stats show every running container", async () => {
      for (const id of ["one", "two"]) await start("--name", id, "busybox", "sleep", "1000");
      const { stdout } = await ocilab(["stats", "--no-stream"]);
      expect(stdout).toMatch(/^ID +CPU[\s\S]*\none +\d[\s\S]*\ntwo +\d/);
      const json = (await ocilab(["--json", "stats", "--no-stream", "two"])).stdout.trimEnd();
      expect(checked("stats", json)).toMatchObject({ id: "two", usage: { processes: { value: 1 } } });
      for (const id of ["one", "two"]) await ocilab(["delete", "--force", id]);
      expect(await ocilab(["events", "two"])).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining("runtime.not-found"),
      });
    });
  });
}
