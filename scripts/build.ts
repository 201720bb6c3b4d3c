// dist/: the command line and the layer helper, bundled, so that a start reads a handful of files instead of hundreds.
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";

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
await build({ ...modules, entryPoints: { cli: "src/cli/cli.ts" }, splitting: true });
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
await build({
  ...common,
  entryPoints: { main: "src/cli/main.ts" },
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  define: { "import.meta.dirname": "__dirname" },
  plugins: [
    {
      name: "leave the command line to its own file",
      setup: ({ onResolve }) => {
        onResolve({ filter: /\/cli\.ts$/ }, () => ({ path: "./cli.js", external: true }));
      },
    },
  ],
});
// Made by scripts/types.ts, which `npm pack` calls before this.
if (existsSync(join(dist, "types"))) renameSync(join(dist, "types"), join(fresh, "types"));
if (existsSync(dist)) renameSync(dist, `${fresh}-old`);
renameSync(fresh, dist);
rmSync(`${fresh}-old`, { recursive: true, force: true });
