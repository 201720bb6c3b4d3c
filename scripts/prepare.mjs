// `npm run prepare`, which `npm ci` calls: the validators from the schemas, then dist/ from the sources. Both need Node 24's type stripping.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { nodePath, repository } from "./setup.mjs";

for (const script of ["generate.ts", "build.ts"]) {
  const result = spawnSync(nodePath(), [join(repository, "scripts", script)], {
    cwd: repository,
    stdio: "inherit",
  });
  if (result.status !== 0) process.exit(1);
}
