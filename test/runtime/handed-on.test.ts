import { execFileSync } from "node:child_process";
import { openSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { refuseNotGiven } from "../../src/runtime/handed-on.ts";
import { knownRoots } from "../../src/runtime/stale.ts";
import { repository } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";

describe("what is handed on to a container", () => {
  test("a descriptor that is Node's own, or nobody's, is refused", () => {
    const script = `import("${repository}/src/runtime/handed-on.ts").then(({ refuseNotGiven }) => {
      for (const preserveFds of [[3], [3, 4], [3, 4, 5], [900]])
        try { refuseNotGiven("x", { preserveFds }); console.log("given"); } catch (error) { console.log(error.code, error.facts.descriptor); }
    })`;
    const device = openSync("/dev/null", "r");
    const stdio = ["ignore", "pipe", "inherit", device, device] as const;
    const said = execFileSync(process.execPath, ["--eval", script], { stdio: [...stdio], encoding: "utf8" });
    const refused = (fd: number) => `usage.bad-argument ${fd}\n`;
    expect(said).toBe(`given\ngiven\n${refused(5)}${refused(900)}`);
  });

  test("what is no socket is refused, with the flag's name", () => {
    for (const path of ["/no/such/socket", "/dev/null"]) {
      expect(() => refuseNotGiven("x", { consoleSocket: path })).toThrow(/--console-socket: .*is no socket/);
      expect(() => refuseNotGiven("x", { pidfdSocket: path })).toThrow(/--pidfd-socket: .*is no socket/);
    }
  });
});

describe("knownRoots", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("passes over a directory that cannot be looked into, as that of another user", async () => {
    await using place = scratch();
    const loop = join(place.path, "loop");
    symlinkSync(loop, loop);
    vi.stubEnv("XDG_RUNTIME_DIR", loop);
    expect(knownRoots().filter((root) => root.startsWith(loop))).toEqual([]);
  });
});
