import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readConfiguration } from "../../src/base/configuration.ts";
import { namesIn } from "../../src/base/directory.ts";
import { OcilabError } from "../../src/base/errors.ts";
import { createContainer, deleteContainer } from "../../src/container/lifecycle.ts";
import { startContainer } from "../../src/container/start.ts";
import { parseContainerId } from "../../src/oci/container-id.ts";
import { isHybridHost, withoutUnified } from "../../src/runtime/hybrid.ts";
import { runtimeTraits } from "../../src/runtime/kinds.ts";
import { leftCgroups } from "../../src/runtime/leftovers.ts";
import { openRuntime } from "../../src/runtime/runtime.ts";
import { bundleMaker, mainRuntimes } from "../runtime/support.ts";
import { describeWith, programPath } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { processesWith, until } from "./support.ts";

const place = scratch();
const home = join(place.path, "home");
const configuration = readConfiguration({ ...process.env, OCILAB_HOME: home });
const makeBundle = bundleMaker();
const before = crunFiles();
afterAll(() => {
  for (const path of crunFiles().filter((one) => !before.includes(one))) rmSync(path);
  return place[Symbol.asyncDispose]();
});

/** How many moments of each verb; KILL_POINTS=20 looks closer. */
const points = Number(process.env["KILL_POINTS"] ?? "2");
const verbs = ["create", "create, and its caller", "start", "delete"] as const;

for (const [index, { title, runtime, needs }] of mainRuntimes.entries()) {
  describeWith(needs, `${title} that is killed half way`, () => {
    const id = parseContainerId(`half-way-${index}`);
    const bundle = join(place.path, `bundle-${index}`);
    const root = join(place.path, `root-${index}`);
    const delay = join(place.path, `delay-${index}`);
    const nap = `90${index}1${process.pid}`;
    const where = { configuration, root };
    beforeAll(async () => void (await makeBundle(bundle, { args: ["sleep", nap] })));

    /** Milliseconds that a verb takes when nobody ends it. */
    const took = async (act: () => Promise<unknown>): Promise<number> => {
      const before = performance.now();
      await act();
      return performance.now() - before;
    };
    const create = (by: string) => createContainer(id, bundle, { ...where, runtime: by, create: silent });
    const repaired = async () => {
      await deleteContainer(id, { ...where, runtime, force: true });
      await until(() => processesWith(`sleep\0${nap}`).length === 0, "the program's end");
      expect(existsSync(root) ? readdirSync(root).filter((name) => !name.startsWith(".")) : []).toEqual([]);
      expect(leftCgroups(id, undefined)).toEqual([]);
      expect(namesIn(configuration.containers)).toEqual([]);
    };

    test.each(verbs)("in %s: its state is defined, and delete --force repairs it", async (verb) => {
      const word = verb.split(",")[0] ?? "";
      const dying = dyingRuntime({ name: `${index}-${word}`, real: absolute(runtime), verb: word, delay });
      const acts: { readonly [V in (typeof verbs)[number]]: () => Promise<unknown> } = {
        create: () => create(dying),
        "create, and its caller": async () => rawCreate(dying, { root, bundle, id }),
        start: () => startContainer(id, { ...where, runtime: dying }),
        delete: () => deleteContainer(id, { ...where, runtime: dying, force: true }),
      };
      writeFileSync(delay, "60");
      if (word !== "create") await create(runtime);
      const whole = await took(acts[verb]);
      await repaired();
      for (let point = 0; point < points; point++) {
        if (word !== "create") await create(runtime);
        if (word === "delete") await startContainer(id, { ...where, runtime });
        writeFileSync(delay, String(((point + Math.random()) / points) * (whole / 1000)));
        await acts[verb]().catch(ofOurs);
        await expectDefined(() => openRuntime({ runtime, root }).then((opened) => opened.find(id)));
        await repaired();
      }
    });
  });
}

/** A crun that is killed leaves an empty file of no rights, which it makes in /tmp whatever TMPDIR says. */
function crunFiles(): readonly string[] {
  const names = readdirSync("/tmp").filter((name) => /^crun\.\w{6}$/.test(name));
  return names.map((name) => join("/tmp", name)).filter((path) => statSync(path).size === 0);
}

const silent = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;

/** What the runtime says of it is a status, nothing, or an error that says what is wrong. */
async function expectDefined(find: () => Promise<{ readonly status: string } | undefined>): Promise<void> {
  const state = await find().catch(ofOurs);
  expect(["created", "running", "stopped", undefined]).toContain(state?.status);
}

function ofOurs(error: unknown): undefined {
  expect(error).toBeInstanceOf(OcilabError);
}

function absolute(runtime: string): string {
  return runtime.includes("/") ? runtime : (programPath(runtime) ?? runtime);
}

type Dying = { readonly name: string; readonly real: string; readonly verb: string; readonly delay: string };

/** A runtime whose process of one verb is killed so many seconds after it has begun as the file says. */
function dyingRuntime({ name, real, verb, delay }: Dying): string {
  const path = join(place.path, `runtime-${name}`);
  const script = `#!/bin/sh
case " $* " in *" ${verb} "*) exec timeout --foreground -s KILL "$(cat ${delay})" ${real} "$@" ;; esac
exec ${real} "$@"
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}

type Raw = { readonly root: string; readonly bundle: string; readonly id: string };

/** As it is left when ocilab is killed as well: nobody cleans up. */
async function rawCreate(path: string, { root, bundle, id }: Raw): Promise<void> {
  mkdirSync(root, { recursive: true });
  const { kind } = (await openRuntime({ runtime: path })).version;
  const hybrid = runtimeTraits[kind].refusesHybrid && isHybridHost();
  const { file, before } = hybrid ? withoutUnified(path) : { file: path, before: [] };
  const args = [...before, "--root", root, "create", "--bundle", bundle, id];
  spawnSync(file, args, { stdio: "ignore", timeout: 30_000 });
}
