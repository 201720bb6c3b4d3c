import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { audit, summarise } from "../../../src/audit/audit.ts";
import type { JudgeOptions } from "../../../src/audit/claim.ts";
import type { Finding } from "../../../src/audit/finding.ts";
import { questions } from "../../../src/audit/questions.ts";
import { runProgram } from "../../../src/base/process.ts";
import { viewProcess } from "../../../src/kernel/view.ts";
import type { ProcessView } from "../../../src/kernel/view-type.ts";
import { formatJson } from "../../../src/oci/json.ts";
import { parseState } from "../../../src/oci/parse.ts";
import type { Spec } from "../../../src/oci/spec.ts";
import { buildSpec } from "../../../src/spec/build.ts";
import { programPath } from "../../support/needs.ts";

/** A container made by the runtime itself, without any of ocilab's own driver. Gone when disposed of. */
export type Container = AsyncDisposable & {
  readonly pid: number;
  readonly bundle: string;
  readonly start: () => Promise<void>;
  /** View and audit against `asked`, which need not be what the runtime was given. */
  readonly audit: (
    asked?: Spec,
    status?: "created" | "running",
    options?: JudgeOptions,
  ) => Promise<readonly Finding[]>;
  readonly view: () => Promise<ProcessView>;
};

let count = 0;

/** Create (and not start) a container of `spec` on a busybox root filesystem in `directory`. */
export async function createContainer(
  directory: string,
  options: {
    readonly spec: Spec;
    readonly runtime: string;
    /** What stands before the runtime when it creates: test/audit/mutants/runtime.ts with its arguments. */
    readonly wrapper?: readonly string[];
    /** More flags of `create`. */
    readonly flags?: readonly string[];
    /** What the runtime is given instead of `spec`. */
    readonly given?: Spec;
  },
): Promise<Container> {
  const { spec, runtime, wrapper = [] } = options;
  makeRootfs(join(directory, "rootfs"));
  writeFileSync(join(directory, "config.json"), formatJson(options.given ?? spec));
  const id = `ocilab-audit-${process.pid}-${count++}`;
  const flags = ["--root", join(directory, "state")];
  const call = async (...args: readonly string[]): Promise<string> => {
    const result = await runProgram(runtime, [...flags, ...args], {
      stdout: args[0] === "create" ? "ignore" : "pipe",
    });
    if (result.exitCode !== 0) throw new Error(`${runtime} ${args.join(" ")}: ${result.stderr}`);
    return result.stdout;
  };
  const created = await runProgram("sh", [
    "-c",
    'exec "$@" </dev/null >/dev/null 2>"$0"',
    join(directory, "log"),
    ...wrapper,
    runtime,
    ...flags,
    "create",
    ...(options.flags ?? []),
    "--bundle",
    directory,
    id,
  ]);
  if (created.exitCode !== 0)
    throw new Error(`${runtime} create: ${readFileSync(join(directory, "log"), "utf8")}`);
  const state = parseState(await call("state", id), { name: "state" });
  if (!("pid" in state)) throw new Error(`the container is ${state.status}`);
  const { pid } = state;
  const view = (asked: Spec = spec): Promise<ProcessView> =>
    viewProcess(pid, { questions: questions(asked, { bundle: directory }) });
  return {
    pid,
    bundle: directory,
    start: async () => {
      await call("start", id);
      await executed(pid);
    },
    view,
    audit: async (asked = spec, status = "running", options = {}) =>
      audit(asked, await view(asked), { bundle: directory, status, ...options }),
    async [Symbol.asyncDispose]() {
      await call("delete", "--force", id);
    },
  };
}

/** The default config of ocilab for `sleep`, changed by `change`. */
export function sleepSpec(change: (spec: Spec) => void = () => {}): Spec {
  const spec = structuredClone(
    buildSpec({ architecture: process.arch === "arm64" ? "arm64" : "amd64", hostname: "audited" }, {
      os: "linux",
      architecture: "amd64",
      config: { Cmd: ["sleep", "1000"] },
    } as never),
  );
  change(spec);
  return spec;
}

/** The pointers of the broken findings, with their reasons for a readable failure. */
export function broken(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap((finding) => (finding.verdict === "broken" ? [finding.at] : []));
}

/** The findings with a verdict, for messages. */
export function explained(findings: readonly Finding[], verdict: Finding["verdict"]): readonly string[] {
  return summarise("", findings).findings.flatMap((finding) =>
    finding.verdict === verdict
      ? [`${finding.at}: ${"why" in finding ? finding.why : ""} (${finding.source})`]
      : [],
  );
}

/** A root filesystem of busybox. */
export function makeRootfs(rootfs: string): void {
  for (const name of ["bin", "proc", "sys", "dev", "tmp", "etc"])
    mkdirSync(join(rootfs, name), { recursive: true });
  chmodSync(rootfs, 0o755);
  copyFileSync(programPath("busybox") ?? "/bin/busybox", join(rootfs, "bin/busybox"));
  for (const applet of ["sh", "sleep", "mount", "umount", "hostname"])
    symlinkSync("busybox", join(rootfs, "bin", applet));
}

/** runc answers `start` before the kernel has executed the program. */
async function executed(pid: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const { program } = await viewProcess(pid);
    if (program.args.ok && program.args.value[0] === "sleep") return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("the program was not executed");
}
