import { ocilabVersion } from "./version.ts";

// Nothing else may be imported here, and nothing awaited at the top: dist/main.cjs is this file as CommonJS, which Node starts without
// its module loader, so that `ocilab --version` costs what bare Node costs.
const argv = process.argv.slice(2);
if (argv.length === 1 && argv[0] === "--version") {
  process.stdout.on("error", () => {
    process.exitCode = 1;
  });
  process.stdout.write(`ocilab ${ocilabVersion()}\n`);
} else {
  keepCompiled();
  void import("./cli.ts").then(({ main }) => main(argv));
}

/** Compiling what a command is made of takes a sixth of a short command's time: the first one keeps it beside dist/, where it may write there. */
function keepCompiled(): void {
  if (!import.meta.dirname.endsWith("/dist")) return;
  process.getBuiltinModule("node:module").enableCompileCache(`${import.meta.dirname}/compiled`);
}
