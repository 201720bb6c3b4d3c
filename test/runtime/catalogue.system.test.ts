import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OcilabError } from "../../src/base/errors.ts";
import type { Bundle } from "../../src/bundle/bundle.ts";
import { readSpecContext } from "../../src/bundle/context.ts";
import { createBundle } from "../../src/bundle/create.ts";
import { checkDirectory } from "../../src/cli/check.ts";
import { gatherEvidence } from "../../src/container/evidence/evidence.ts";
import { explaining } from "../../src/container/explained.ts";
import { openImage } from "../../src/image/open.ts";
import { parseContainerId } from "../../src/oci/container-id.ts";
import { formatJson } from "../../src/oci/json.ts";
import type { ContainerId } from "../../src/oci/spec.ts";
import { recognise } from "../../src/runtime/failures/cause.ts";
import { causes } from "../../src/runtime/failures/table.ts";
import { openRuntime, type Runtime } from "../../src/runtime/runtime.ts";
import { withArgs } from "../../src/spec/options/arguments.ts";
import { describeWith } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { type Breakage, breakages, plantBroken, unloadable } from "./catalogue/breakages.ts";
import { runtimes } from "./support.ts";

const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
const place = scratch();
let base: Bundle;

beforeAll(async () => {
  await using image = await openImage("busybox", { images: join(place.path, "images") });
  base = await createBundle(image, join(place.path, "base"));
  for (const directory of [place.path, base.path]) chmodSync(directory, 0o711);
  plantBroken(base.rootfs, place.path);
});
afterAll(() => place[Symbol.asyncDispose]());

for (const { title, runtime: name, needs, more } of runtimes) {
  describeWith(needs, `the catalogue, with ${title}`, () => {
    let runtime: Runtime;
    beforeAll(async () => {
      runtime = explaining(
        await openRuntime({ runtime: name, root: join(place.path, title), flags: { more } }),
      );
    });
    const accepts = ({ accepted = [] }: Breakage): boolean =>
      accepted.includes(title) || accepted.includes(`every ${runtime.kind}`);

    test.concurrent.each(breakages)("$title", async (breakage) => {
      using _slot = await slot();
      // gVisor takes two seconds to start and delete a sandbox, and what it accepts is no failure.
      if (accepts(breakage) && runtime.kind === "runsc") return;
      const { id, bundle } = broken(breakage);
      await using _ = removal(runtime, id);
      if (accepts(breakage)) return void (await runtime.create(id, bundle, quiet));
      const error = await failureOf(async () => {
        await runtime.create(id, bundle, quiet);
        await runtime.start(id);
      });
      expect(causesFor(breakage.cause, runtime), error.message).toContain(error.facts["cause"]);
      expect(error.got).toMatch(new RegExp(`${runtime.name.split("/").at(-1)} (says: |ended with SIGKILL)`));
      expect(told(error)).toMatch(breakage.shows);
    });

    test.concurrent.each(unloadable)("$title", async ({ cause, shows, ...breakage }) => {
      using _slot = await slot();
      const { id, bundle } = broken(breakage);
      await using _ = removal(runtime, id);
      const file = join(bundle.path, "stderr");
      const stderr = openSync(file, "w");
      const error = await failureOf(async () => {
        await runtime.create(id, bundle, { ...quiet, stderr });
        closeSync(stderr);
        await runtime.start(id);
      }).catch(() => undefined);
      if (error !== undefined) return expect(told(error)).toMatch(shows);
      while ((await runtime.state(id)).status !== "stopped") await sleep(20);
      const words = readFileSync(file, "utf8");
      const known = recognise(words, causes);
      expect(known?.cause.name, words).toBe(cause);
      const failed = { id, root: runtime.root, directory: bundle.path, found: known?.found ?? {} };
      const { evidence } = await gatherEvidence(String(cause), failed);
      expect(evidence.map(({ says }) => says).join("\n")).toMatch(shows);
    });
  });
}

describeWith([], "what is known before a runtime is asked", () => {
  const foreseen = breakages.filter(({ before }) => before !== undefined);

  test.each(foreseen)("$title", async (breakage) => {
    const { problems } = await checkDirectory(broken(breakage).bundle.path, {});
    expect(problems.map(({ at, says, hint }) => `${at} ${says} ${hint}`).join("\n")).toMatch(
      breakage.before ?? /$^/,
    );
  });
});

function causesFor(cause: Breakage["cause"], { kind }: Runtime): readonly string[] {
  const names = typeof cause === "string" ? cause : (cause[kind] ?? []);
  return typeof names === "string" ? [names] : names;
}

let made = 0;

/** A bundle broken in this way, and an id; the rootfs is shared by all. */
function broken({ spec = (good) => good, text = (good) => good, absent }: Partial<Breakage>) {
  made += 1;
  const path = join(place.path, `bundle-${made}`);
  mkdirSync(path);
  const good = withArgs(["sleep", "100"])(
    { ...base.spec, root: { path: base.rootfs } },
    readSpecContext(base.rootfs),
  );
  const config = text(formatJson(spec(good)).replaceAll('"@/', `"${place.path}/`));
  if (absent !== true) writeFileSync(join(path, "config.json"), config);
  const bundle = { path, rootfs: base.rootfs, spec: good, configText: config };
  return { bundle, id: parseContainerId(`catalogue-${made}`) };
}

let free = 2;
const waiting: (() => void)[] = [];

/** Two containers at a time: more than the processors of a small machine make each of them slower. */
async function slot(): Promise<Disposable> {
  if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
  else free -= 1;
  return {
    [Symbol.dispose]: () => {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
}

async function failureOf(work: () => Promise<unknown>): Promise<OcilabError> {
  const error = await work().then(
    () => new Error("the runtime took it"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof OcilabError) return error;
  throw error;
}

/** Everything that an error tells its reader. */
function told({ got, hint, facts }: OcilabError): string {
  const evidence = (facts["evidence"] ?? []) as readonly { source: string; says: string }[];
  return [got, ...evidence.map(({ source, says }) => `${source}: ${says}`), hint].join("\n");
}

function removal(runtime: Runtime, id: ContainerId): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => runtime.delete(id, { force: true }) };
}
