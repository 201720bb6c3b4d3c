import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";

const program = `
import { OcilabError, audit, buildSpec, createBundle, openImage, openRuntime, parseContainerId, runContainer, viewProcess, type Runtime, type Spec } from "ocilab";

const image = await openImage("busybox", { images: process.argv[2] ?? "" });
const bundle = await createBundle(image, process.argv[3] ?? "");
await image[Symbol.asyncDispose]();
const spec: Spec = bundle.spec;
const view = await viewProcess(process.pid);
const runtime: Promise<Runtime> | undefined = undefined;
const functions = [audit, buildSpec, openRuntime, runContainer].map((one) => typeof one);
try { parseContainerId("no/id"); } catch (error) { if (!(error instanceof OcilabError)) throw error; console.log(error.code); }
console.log(JSON.stringify({ args: spec.process?.args, pid: view.pid === process.pid, functions, runtime }));
`;

test("the package is imported from elsewhere, with types", async () => {
  await using place = scratch();
  const run = (file: string, args: readonly string[], cwd: string) =>
    execFileSync(file, [...args], {
      cwd,
      encoding: "utf8",
      env: { ...process.env, npm_config_cache: place.path },
    });
  run(process.execPath, [join(repository, "scripts/types.ts")], repository);
  const packed = run(
    "npm",
    ["pack", "--silent", "--ignore-scripts", "--pack-destination", place.path],
    repository,
  );
  run("tar", ["-xzf", packed.trim().split("\n").at(-1) ?? ""], place.path);
  const app = join(place.path, "app");
  mkdirSync(join(app, "node_modules/@types"), { recursive: true });
  cpSync(join(place.path, "package"), join(app, "node_modules/ocilab"), { recursive: true });
  for (const name of readdirSync(join(repository, "node_modules"))) {
    if (/^(koffi|pino|execa|@koromix)$/.test(name))
      symlinkSync(join(repository, "node_modules", name), join(app, "node_modules", name));
  }
  symlinkSync(join(repository, "node_modules/@types/node"), join(app, "node_modules/@types/node"));
  writeFileSync(join(app, "package.json"), '{"type":"module"}');
  writeFileSync(join(app, "app.ts"), program);
  const [, example = ""] =
    /```ts\n([^`]+)```/.exec(readFileSync(join(repository, "README.md"), "utf8")) ?? [];
  expect(example).toContain("openRuntime");
  writeFileSync(join(app, "readme.ts"), `${example}\nexport {};\n`);
  const options = [
    "--strict",
    "--noEmit",
    "--target",
    "esnext",
    "--module",
    "nodenext",
    "--types",
    "node",
    "app.ts",
    "readme.ts",
  ];
  run(join(repository, "node_modules/.bin/tsc"), options, app);
  const images = join(place.path, "images");
  const printed = run(process.execPath, ["app.ts", images, join(place.path, "bundle")], app);
  expect(printed).toMatch(
    /^\S+\.\S+\n\{"args":\["sh"\],"pid":true,"functions":\["function","function","function","function"\]\}\n$/,
  );
}, 120_000);
