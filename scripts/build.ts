// dist/: the command line and the layer helper, bundled, so that a start reads a handful of files instead of hundreds.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const repository = join(import.meta.dirname, "..");
const dist = join(repository, "dist");
rmSync(dist, { recursive: true, force: true });
await build({
  absWorkingDir: repository,
  entryPoints: { main: "src/cli/main.ts", "layer-helper": "src/image/layer/helper.ts" },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  external: ["koffi", "pino"],
  chunkNames: "chunks/[name]-[hash]",
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  legalComments: "none",
  logLevel: "warning",
});
