import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { compare } from "./ratio.ts";

const ocilab = join(import.meta.dirname, "../bin/ocilab");

for (const words of [["--version"], ["--help"], ["state", "--help"]]) {
  await compare(`start-up: ocilab ${words.join(" ")}`, {
    ours: { name: "ocilab", run: () => spawnSync(ocilab, words) },
    peer: { name: "node -e 0", run: () => spawnSync(process.execPath, ["-e", "0"]) },
    rounds: 21,
  });
}
