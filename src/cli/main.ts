import { ocilabVersion } from "./version.ts";

// Nothing else may be imported here: `ocilab --version` costs what bare Node costs.
const argv = process.argv.slice(2);
if (argv.length === 1 && argv[0] === "--version") {
  process.stdout.write(`ocilab ${ocilabVersion()}\n`);
} else {
  const { main } = await import("./cli.ts");
  await main(argv);
}
