import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeWith, repository } from "../support/needs.ts";

describeWith(["root"], "keepCapabilities", () => {
  test("leaves the named ones and no other", () => {
    const script = `import { keepCapabilities } from ${JSON.stringify(join(repository, "src/linux/capabilities.ts"))};
      import { readFileSync } from "node:fs";
      keepCapabilities([0, 3, 27]);
      console.log(readFileSync("/proc/thread-self/status", "utf8").match(/Cap(Prm|Eff):.*/g).join(" "));`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module-typescript", "-e", script], {
      encoding: "utf8",
    });
    expect(stdout).toBe("CapPrm:\t0000000008000009 CapEff:\t0000000008000009\n");
  });
});
