// dist/: the command line, the library and the helpers, bundled (docs/decisions/0007-one-file-and-its-code-cache.md).
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOptions, build, type Plugin, type PluginBuild } from "esbuild";
import { verbs } from "../src/cli/verbs.ts";

const repository = join(import.meta.dirname, "..");
const dist = join(repository, "dist");
const fresh = join(repository, `node_modules/.ocilab-dist-${process.pid}`);
const common: BuildOptions = {
  absWorkingDir: repository,
  outdir: fresh,
  bundle: true,
  platform: "node",
  target: "node24",
  legalComments: "none",
  logLevel: "warning",
};

const modules: BuildOptions = {
  ...common,
  format: "esm",
  external: ["koffi", "pino"],
  // Everything lies in dist/ itself: sources find their neighbours (the helper, package.json) relative to import.meta.
  chunkNames: "[name]-[hash]",
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
};
// Each of these apart: what two entry points share becomes files of its own, and a start pays for every file.
await build({ ...modules, entryPoints: { index: "src/index.ts" }, splitting: true });
await build({
  ...modules,
  entryPoints: {
    "layer-helper": "src/image/layer/helper.ts",
    "layer-stream-thread": "src/image/layer/stream-thread.ts",
    keeper: "src/container/keeper/keeper.ts",
    "seccomp-helper": "src/kernel/seccomp-helper.ts",
  },
});

// The command line is CommonJS, in one file: Node's loader of ES modules takes more than half a millisecond a file, and loads every module of
// Node's own that one of them names, where `require` waits until the part that wants it runs.
const script: BuildOptions = {
  ...common,
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  define: { "import.meta.dirname": "__dirname", "import.meta.url": "__url" },
};
const whenUsed: Plugin = { name: "load Node's own modules when they are used", setup: loadWhenUsed };
const commandLine: BuildOptions = {
  ...script,
  // A vm.Script has no import() but by what Node warns of as experimental.
  supported: { "dynamic-import": false },
  external: ["koffi", "pino", "execa"],
  banner: { js: 'const __url = require("node:url").pathToFileURL(__filename).href;' },
};
await build({ ...commandLine, entryPoints: { cli: "src/cli/cli.ts" }, plugins: [whenUsed] });
const verbsOnly: Plugin = { name: "leave other commands out", setup: leaveOut };
await build({ ...commandLine, entryPoints: { verbs: "src/cli/cli.ts" }, plugins: [whenUsed, verbsOnly] });
await build({ ...script, entryPoints: { main: "src/cli/main.ts" }, external: ["*/cli.ts"] });
for (const name of ["cli", "verbs"]) keepCompiled(name);

// Made by scripts/types.ts, which `npm pack` calls before this.
if (existsSync(join(dist, "types"))) renameSync(join(dist, "types"), join(fresh, "types"));
if (existsSync(dist)) renameSync(dist, `${fresh}-old`);
renameSync(fresh, dist);
rmSync(`${fresh}-old`, { recursive: true, force: true });

/** Most of Node's own modules take a millisecond or more to load, and most commands use few of them: each export is a getter that loads its module. */
function loadWhenUsed({ onResolve, onLoad }: PluginBuild): void {
  const atOnce = new Set(["node:fs", "node:path", "node:url", "node:module", "node:process"]);
  onResolve({ filter: /^node:/ }, ({ path, namespace }) =>
    atOnce.has(path) || namespace === "when-used"
      ? { path, external: true }
      : { path, namespace: "when-used" },
  );
  onLoad({ filter: /^/, namespace: "when-used" }, ({ path }) => ({
    contents: `let loaded;
      for (const name of ${JSON.stringify(Object.keys(createRequire(import.meta.url)(path)))})
        Object.defineProperty(exports, name, { enumerable: true, get: () => (loaded ??= require(${JSON.stringify(path)}))[name] });`,
  }));
}

/** Commands that are not among the verbs, and so never asked for. */
function leaveOut({ onResolve }: PluginBuild): void {
  const index = join(repository, "src/cli/commands/index.ts");
  onResolve({ filter: /^\.\// }, ({ path, importer, kind }) => {
    const isOther = !verbs.some((verb) => path === `./${verb}.ts`);
    return importer === index && kind === "dynamic-import" && isOther ? { path, external: true } : undefined;
  });
}

/** NAME.cache. Without it the command line starts slower and does the same, so that a failure here is none of the build's. */
function keepCompiled(name: string): void {
  const home = mkdtempSync(join(tmpdir(), "ocilab-build-"));
  try {
    const compile = join(repository, "scripts/compile.ts");
    const env = { ...process.env, OCILAB_HOME: home };
    spawnSync(process.execPath, [compile, fresh, name], { env, stdio: "ignore", timeout: 60_000 });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
