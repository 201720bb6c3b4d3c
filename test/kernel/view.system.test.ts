import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runProgram, startProgram } from "../../src/base/process.ts";
import { viewProcess } from "../../src/kernel/view.ts";
import { describeWith, repository } from "../support/needs.ts";

/** `sleep` in namespaces of its own, with a hostname and a sysctl that are not the host's. */
async function sleeper(): Promise<AsyncDisposable & { readonly pid: number }> {
  const script =
    "echo inside > /proc/sys/kernel/hostname; echo 1 > /proc/sys/net/ipv4/ip_forward; exec sleep 100";
  const { child } = await startProgram("unshare", ["--uts", "--net", "--ipc", "sh", "-c", script], {
    stdio: "ignore",
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("unshare did not start");
  for (let i = 0; i < 200 && !readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("sleep"); i++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  return {
    pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child;
    },
  };
}

describeWith(["root", "unshare", "nsenter", "setpriv"], "a process in namespaces of its own", () => {
  test("hostname and sysctls are its own, where a plain read through its root shows ours", async () => {
    await using process = await sleeper();
    const view = await viewProcess(process.pid, {
      questions: { sysctls: ["net.ipv4.ip_forward", "net.no.such"] },
    });
    expect(view.hostname).toMatchObject({
      ok: true,
      value: "inside",
      source: expect.stringMatching(/^\/proc\/sys\/kernel\/hostname in \/proc\/\d+\/ns\/uts/),
    });
    expect(readFileSync(`/proc/${process.pid}/root/proc/sys/kernel/hostname`, "utf8")).not.toBe("inside\n");
    expect(view.answers.sysctls["net.ipv4.ip_forward"]).toMatchObject({ ok: true, value: "1" });
    expect(view.answers.sysctls["net.no.such"]).toMatchObject({ ok: false, reason: "absent" });
    expect(view.namespaces.uts.sharedWithHost).toMatchObject({ ok: true, value: false });
    expect(view.namespaces.mount.sharedWithHost).toMatchObject({ ok: true, value: true });
  });

  test("to another user most of it is denied, each fact for itself, and nothing is entered", async () => {
    await using process = await sleeper();
    const script = `
      const { viewProcess } = await import("${repository}/src/kernel/view.ts");
      const { user, namespaces, program, hostname, mounts } = await viewProcess(${process.pid});
      console.log(JSON.stringify([user.uids.ok, mounts.ok, namespaces.uts.inode.reason, program.env.reason, hostname.reason]));`;
    const result = await runProgram("setpriv", [
      ...["--reuid", "65534", "--regid", "65534", "--clear-groups"],
      ...[globalThis.process.execPath, "--input-type=module", "--eval", script],
    ]);
    expect(result.stdout).toBe('[true,true,"denied","denied","denied"]\n');
  });
});
