// `node scripts/compile.ts DIST cli|verbs`, which scripts/build.ts calls: has that command line of DIST run everyday commands, in this process
// and in the caller's OCILAB_HOME, and keeps what V8 compiled for them in DIST/NAME.cache. What they print and how they end does not matter.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readConfiguration } from "../src/base/configuration.ts";
import { compileCommandLine } from "../src/cli/compiled.ts";

const [dist = "", name] = process.argv.slice(2);
const bundle = join(readConfiguration().home, "bundle");
const everyday = {
  verbs: [["state", "none"], ["list"]],
  cli: [
    ["--help"],
    ["image", "list"],
    ["bundle", "busybox", bundle],
    ["umount", "--delete", bundle],
    ["inspect", String(process.pid), "--json"],
  ],
};
if (name !== "cli" && name !== "verbs") throw new Error("usage: node scripts/compile.ts DIST cli|verbs");
const { script, run } = compileCommandLine(dist, name);
const { main } = run();
for (const argv of everyday[name]) await main(argv);
writeFileSync(join(dist, `${name}.cache`), script.createCachedData());
process.exit(0);
