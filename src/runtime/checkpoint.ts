import { OcilabError } from "../base/errors.ts";
import { runProgram } from "../base/process.ts";
import { quote } from "../base/text.ts";
import type { Driver } from "./creation.ts";
import { sparedDevices } from "./devices.ts";
import { permit } from "./permission.ts";
import type { Runtime } from "./runtime.ts";
import { alreadyExists } from "./stale.ts";

/** The verbs `checkpoint` and `restore`, which need criu(8) on this machine. */
export function checkpointing(driver: Driver): Pick<Runtime, "checkpoint" | "restore"> {
  const { ask, find, place } = driver;
  return {
    async checkpoint(id, { signal, ...flags }) {
      const doing = await permit(driver, "checkpoint", { id, signal });
      await findCriu(doing);
      await ask({ call: { verb: "checkpoint", id, ...flags }, doing, signal });
    },
    async restore(id, bundle, options) {
      const doing = `restore container ${quote(id)}`;
      const { signal, stdin, stdout, stderr, ...flags } = options;
      const state = await find(id, { signal });
      if (state !== undefined) throw alreadyExists(doing, { state, place, now: new Date() });
      await findCriu(doing);
      using streams = await sparedDevices({ stdin, stdout, stderr });
      const stdio = { stdin: streams.stdin, stdout: streams.stdout, stderr: streams.stderr, fds: [] };
      const call = { verb: "restore", id, bundle: bundle.path, detach: true, ...flags } as const;
      await ask({ call, doing, signal, stdio });
    },
  };
}

/** Runtimes say little when criu is missing, and some fail only half way. */
async function findCriu(doing: string): Promise<void> {
  try {
    await runProgram("criu", ["--version"], { package: "criu" });
  } catch (cause) {
    if (!(cause instanceof OcilabError) || cause.code !== "host.program-missing") throw cause;
    throw new OcilabError("host.program-missing", {
      doing,
      got: "there is no program criu in PATH, which does the work for every runtime",
      hint: "install criu (the Debian package criu, where the release has it)",
      facts: { program: "criu" },
      cause,
    });
  }
}
