import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { runProgram } from "../../src/base/process.ts";
import { describeWith, repository } from "../support/needs.ts";

describeWith(["root", "unshare", "setpriv"], "a /proc that hides processes of others", () => {
  test.each(["hidepid=1", "hidepid=2"])("%s: the process is there, and not shown", async (option) => {
    const child = spawn("sleep", ["100"], { stdio: "ignore" });
    await once(child, "spawn");
    const script = `
      const { viewProcess } = await import("${repository}/src/kernel/view.ts");
      for (const pid of [${child.pid}, 4194304]) await viewProcess(pid).catch(({ code }) => console.log(code));`;
    const user = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
    const inside = `mount --make-rprivate / && mount -t proc -o ${option} proc /proc && exec "$@"`;
    const result = await runProgram("unshare", [
      ...["--mount", "sh", "-c", inside, "sh", "setpriv", ...user],
      ...[process.execPath, "--input-type=module", "--eval", script],
    ]);
    child.kill("SIGKILL");
    await once(child, "close");
    expect(result.stdout).toBe("kernel.unreadable\nkernel.no-process\n");
  });
});
