// `npm start`: set up what is missing, then the main job on the built-in image. `npm start -- ARG...` runs `ocilab ARG...` instead.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensurePackages, ensurePrograms, programs, repository } from "./setup.mjs";

ensurePackages();
ensurePrograms(programs.start);
const given = process.argv.slice(2);
const job = [
  "run",
  "--explain",
  "--memory",
  "64m",
  "--pids-limit",
  "32",
  "busybox",
  "sh",
  "-c",
  "echo hello from $(hostname), pid $$, uid $(id -u); sleep 0.5; true",
];
const { status } = spawnSync(join(repository, "bin/ocilab"), given.length > 0 ? given : job, {
  stdio: "inherit",
});
process.exit(status ?? 1);
