// `npm pack`: dist/types/, the declarations of what src/index.ts exports, for those who import the package.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const repository = join(import.meta.dirname, "..");
const types = join(repository, "dist/types");

rmSync(types, { recursive: true, force: true });
execFileSync(join(repository, "node_modules/.bin/tsc"), ["-p", join(repository, "tsconfig.types.json")], {
  stdio: "inherit",
});
// The compiler leaves the names of sources, which are not in the package, in the declarations.
for (const name of readdirSync(types, { recursive: true, encoding: "utf8" })) {
  if (!name.endsWith(".d.ts")) continue;
  const text = readFileSync(join(types, name), "utf8");
  writeFileSync(join(types, name), text.replace(/((?:from |import\()"\.[^"]*)\.ts"/g, '$1.js"'));
}
