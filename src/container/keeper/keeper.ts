// The keeper of one container: a process of its own that outlives whoever started it, holds the container's streams, and waits for its end.
import { closeSync, openSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { OcilabError } from "../../base/errors.ts";
import { replaceDescriptor } from "../../linux/pipe.ts";
import { adopt, drainTerminal } from "./adoption.ts";
import { type KeeperReport, parseJob, type ReportedError } from "./job.ts";
import { keepNew } from "./keeping.ts";

// A terminal that hangs up and keys that are pressed in it are not for us; neither is the end of those who read from us.
for (const name of ["SIGHUP", "SIGINT", "SIGQUIT", "SIGPIPE"] as const) process.on(name, () => undefined);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const report = (told: KeeperReport): void => {
  try {
    writeSync(1, `${JSON.stringify(told)}\n`);
  } catch {
    // Who started us has gone: what is to happen then hangs on whether it has said "go".
  }
};

try {
  const job = parseJob(await nextLine());
  switch (job.kind) {
    case "create":
      await keepNew(job, { report, go: async () => (await nextLine()) === "go", leave });
      break;
    case "adopt":
      await adopt(job, { report, leave });
      break;
    case "drain":
      report({ step: "started" });
      leave();
      await drainTerminal();
  }
} catch (error) {
  report({ step: "failed", error: reportedError(error) });
  process.exitCode = 1;
}
process.exit();

async function nextLine(): Promise<string> {
  const { value, done } = await lines.next();
  return done === true ? "" : value;
}

/** From here on nothing ties us to whoever started us. */
function leave(): void {
  process.stdin.destroy();
  const nothing = openSync("/dev/null", "r+");
  for (const fd of [1, 2]) replaceDescriptor(nothing, fd);
  closeSync(nothing);
}

function reportedError(error: unknown): ReportedError {
  if (error instanceof OcilabError) {
    const { code, doing, got, hint, facts } = error;
    return { code, doing, got, hint: hint ?? null, facts };
  }
  const got = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: null, doing: "keep the container", got, hint: null, facts: {} };
}
