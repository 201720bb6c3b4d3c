import { compileCommandLine } from "./compiled.ts";
import { verbs } from "./verbs.ts";
import { ocilabVersion } from "./version.ts";

// Nothing large may be imported here, and nothing awaited at the top: dist/main.cjs is this file as CommonJS, which Node starts without
// its module loader, so that `ocilab --version` costs what bare Node costs.
const argv = process.argv.slice(2);
if (argv.length === 1 && argv[0] === "--version") {
  process.stdout.on("error", () => {
    process.exitCode = 1;
  });
  process.stdout.write(`ocilab ${ocilabVersion()}\n`);
} else if (import.meta.dirname.endsWith("/dist")) {
  const name = verbs.some((verb) => verb === argv[0]) ? "verbs" : "cli";
  void compileCommandLine(import.meta.dirname, name)
    .run()
    .main(argv);
} else {
  void import("./cli.ts").then(({ main }) => main(argv));
}
