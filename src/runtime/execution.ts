import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OcilabError } from "../base/errors.ts";
import { temporaryDirectory } from "../base/temporary.ts";
import { quote } from "../base/text.ts";
import { formatJson } from "../oci/json.ts";
import type { ContainerId, Process } from "../oci/spec.ts";
import { type Driver, refuseUnknownFlag } from "./creation.ts";
import { sparedDevices } from "./devices.ts";
import { refuseNotGiven } from "./handed-on.ts";
import { doingOf, permit } from "./permission.ts";
import type { ExecOptions, Runtime } from "./runtime.ts";
import { parseSignal } from "./signals.ts";

/** The verbs `exec` and `execDetached`. The process is handed over as a process.json, whatever the runtime's own flags can say. */
export function execution(driver: Driver): Pick<Runtime, "exec" | "execDetached"> {
  return {
    async exec(id, process, options = {}) {
      await allowed(driver, id, options);
      await using place = temporaryDirectory(tmpdir());
      const { exitCode, signal } = await run(driver, { id, process, options, place: place.path, more: {} });
      if (exitCode !== undefined) return exitCode;
      return 128 + (signal === undefined ? 0 : parseSignal(signal));
    },
    async execDetached(id, process, options = {}) {
      await allowed(driver, id, options);
      await using place = temporaryDirectory(tmpdir());
      const pidFile = options.pidFile ?? join(place.path, "pid");
      await run(driver, { id, process, options, place: place.path, more: { detach: true, pidFile } });
      return readPid(pidFile, doingOf("exec", id));
    },
  };
}

async function allowed(driver: Driver, id: ContainerId, options: ExecOptions): Promise<void> {
  const { signal, ignorePaused = false } = options;
  if (!ignorePaused) await permit(driver, "exec", { id, signal });
}

type Run = {
  readonly id: ContainerId;
  readonly process: Process;
  readonly options: ExecOptions;
  readonly place: string;
  readonly more: { readonly detach?: boolean; readonly pidFile?: string };
};

async function run(driver: Driver, { id, process, options, place, more }: Run) {
  const { signal, preserveFds = [], stdin, stdout, stderr, ...flags } = options;
  const file = join(place, "process.json");
  const preserve = preserveFds.length === 0 ? {} : { preserveFds: preserveFds.length };
  const call = { verb: "exec", id, process: file, ...flags, ...preserve, ...more } as const;
  refuseUnknownFlag(doingOf("exec", id), call, driver);
  refuseNotGiven(doingOf("exec", id), options);
  writeFileSync(file, formatJson(process), { mode: 0o600 });
  using streams = await sparedDevices({ stdin, stdout, stderr });
  return await driver.ask({
    call,
    doing: doingOf("exec", id),
    signal,
    stdio: { stdin: streams.stdin, stdout: streams.stdout, stderr: streams.stderr, fds: preserveFds },
    passesExit: true,
  });
}

function readPid(path: string, doing: string): number {
  const text = readFileSync(path, "utf8").trim();
  const pid = Number(text);
  if (/^[1-9]\d*$/.test(text)) return pid;
  throw new OcilabError("runtime.output", { doing, got: `its pid file holds ${quote(text, 80)}` });
}
