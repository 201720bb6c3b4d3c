import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { OcilabError } from "../../../src/base/errors.ts";
import { type Bench, id, wordsOf } from "./bench.ts";
import { deviates, type Item, type Outcome, yes } from "./item.ts";

const area = "hooks";

/** A hook writes the state it is given; poststop's is there after delete. */
function runs(hook: string) {
  return async (bench: Bench): Promise<Outcome> => {
    const folder = join(bench.place, "hooks");
    mkdirSync(folder);
    const inside = hook === "startContainer";
    const file = `${inside ? "/mnt" : folder}/${hook}`;
    const ran = await bench.run((spec) => {
      spec.mounts.push({ destination: "/mnt", type: "bind", source: folder, options: ["bind"] });
      spec.hooks = { [hook]: [{ path: "/bin/sh", args: ["sh", "-c", `cat >${file}`] }] };
    }, "true");
    if (ran.kind === "refused") return { result: "refuses", how: `${ran.verb}: ${ran.words}` };
    await bench.runtime.delete(id, { force: true });
    const written = join(folder, hook);
    if (!existsSync(written)) return { result: "ignores", how: "it did not run" };
    const state: unknown = JSON.parse(readFileSync(written, "utf8") || "null");
    const status =
      state !== null && typeof state === "object" && "status" in state ? String(state.status) : "none";
    const expected: Readonly<Record<string, readonly string[]>> = {
      ...{
        prestart: ["creating", "created"],
        createRuntime: ["creating", "created"],
        createContainer: ["creating", "created"],
      },
      ...{ startContainer: ["created"], poststart: ["running"], poststop: ["stopped"] },
    };
    const fits = expected[hook]?.includes(status) === true;
    return fits ? yes : deviates(`the state that it gets has status ${JSON.stringify(status)}`);
  };
}

const statements: Readonly<Record<string, readonly string[]>> = {
  ...{ prestart: ["RT-LIFE-06"], createRuntime: ["RT-LIFE-08"], createContainer: ["RT-LIFE-10"] },
  ...{ startContainer: ["RT-LIFE-12"], poststart: ["RT-LIFE-15"], poststop: ["RT-LIFE-19"] },
};

export const hookItems: readonly Item[] = [
  ...Object.keys(statements).map(
    (hook): Item => ({
      ...{ id: `hook-${hook}`, title: `${hook} runs and gets the state`, area, field: `/hooks/${hook}` },
      statements: statements[hook] ?? [],
      attempt: runs(hook),
    }),
  ),
  {
    ...{
      id: "hook-failure",
      title: "a createRuntime hook that fails makes create fail",
      area,
      statements: ["RT-LIFE-08"],
    },
    async attempt(bench) {
      const ran = await bench.run((spec) => {
        spec.hooks = { createRuntime: [{ path: "/bin/false", args: ["false"] }] };
      }, "true");
      return ran.kind === "refused" && ran.verb === "create" ? yes : deviates("create succeeds");
    },
  },
  {
    ...{
      id: "hook-timeout",
      title: "a hook is aborted after its timeout",
      area,
      statements: ["CFG-HOOK-14"],
    },
    async attempt(bench) {
      const bundle = bench.bundle((spec) => {
        spec.hooks = { createRuntime: [{ path: "/bin/sleep", args: ["sleep", "6"], timeout: 1 }] };
      });
      const began = performance.now();
      const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
      const error = await bench.runtime.create(id, bundle, quiet).catch((reason: unknown) => reason);
      const seconds = (performance.now() - began) / 1000;
      if (error instanceof OcilabError && seconds < 5.5) return yes;
      return deviates(
        error instanceof OcilabError
          ? `it waits: ${wordsOf(error)}`
          : "create waits for the hook's end and succeeds",
      );
    },
  },
];
