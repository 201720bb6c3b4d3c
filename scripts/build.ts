// dist/: the command line and the layer helper, bundled, so that a start reads a handful of files instead of hundreds.
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const repository = join(import.meta.dirname, "..");
const dist = join(repository, "dist");
const fresh = join(repository, `node_modules/.ocilab-dist-${process.pid}`);
await build({
  absWorkingDir: repository,
  entryPoints: { main: "src/cli/main.ts", "layer-helper": "src/image/layer/helper.ts" },
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  external: ["koffi", "pino"],
  // Everything lies in dist/ itself: sources find their neighbours (the helper, package.json) relative to import.meta.
  chunkNames: "[name]-[hash]",
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  legalComments: "none",
  logLevel: "warning",
});
rmSync(dist, { recursive: true, force: true });
renameSync(fresh, dist);
