import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runProgram } from "../../src/base/process.ts";
import { describeWith, repository } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";

const place = scratch();
const ocilab = ocilabIn(place.path);
afterAll(() => place[Symbol.asyncDispose]());

/** What a shell sees of a command whose output `reader` reads: standard error, with the exit code at its end. */
async function readBy(reader: string, words: readonly string[]): Promise<string> {
  const script = `{ "$@"; echo "exit $?" >&2; } | ${reader} > /dev/null`;
  const env = { ...process.env, OCILAB_HOME: place.path, NO_COLOR: "1", TMPDIR: place.path };
  const argv = ["-c", script, "sh", join(repository, "bin/ocilab"), ...words];
  return (await runProgram("sh", argv, { env, timeout: 60_000 })).stderr;
}

describeWith(
  ["root", "runc", "busybox"],
  "a reader that leaves early ends a command as SIGPIPE would",
  () => {
    test.each([
      ["head -c 10", ["image", "export", "busybox", "-"]],
      [":", ["image", "export", "busybox", "docker-archive:-"]],
      ["head -c 10", ["help", "--json"]],
    ])("%s of %j", { timeout: 60_000 }, async (reader, words) => {
      expect(await readBy(reader, words)).toBe("exit 141\n");
      expect(readdirSync(place.path).filter((name) => name !== "images")).toEqual([]);
    });

    test("one that prints without an end", { timeout: 60_000 }, async () => {
      const loop = "while :; do echo tick; sleep 0.05; done";
      expect(await ocilab(["run", "-d", "--name", "tick", "busybox", "sh", "-c", loop])).toMatchObject({
        exitCode: 0,
      });
      try {
        expect(await readBy("head -n 1", ["logs", "--follow", "tick"])).toBe("exit 141\n");
        // It was left, as by its keys: that is no failure, and the container goes on.
        expect(await readBy("head -n 1", ["attach", "--no-stdin", "tick"])).toBe("exit 0\n");
        expect(await ocilab(["state", "tick"])).toMatchObject({ stdout: expect.stringContaining("running") });
      } finally {
        await ocilab(["delete", "--force", "tick"]);
      }
      expect(existsSync(join(place.path, "containers/tick.json"))).toBe(false);
    });
  },
);
