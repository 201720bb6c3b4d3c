import { fileURLToPath } from "node:url";
import type { Cancel } from "../base/brand.ts";
import { runProgram } from "../base/process.ts";
import type { InstalledFilter } from "../linux/seccomp.ts";
import { seccompRules } from "./parse/seccomp/rules.ts";
import { attempt, parseReading, unread } from "./read.ts";
import type { KernelFiles, Reading } from "./reading.ts";
import type { SeccompRules } from "./view-parts.ts";

/** What the helper prints. */
export type HelperAnswer =
  | { readonly filters: readonly { readonly program: string; readonly log: boolean }[] }
  | { readonly code: string; readonly message: string };

/** Where scripts/build.ts puts the helper. */
const builtName = "seccomp-helper.js";
const fromSource = import.meta.url.endsWith(".ts");
const patience = 10_000;

/**
 * The seccomp filters of a process, read by a child of ours (src/linux/seccomp.ts): whatever becomes of it, the process goes on. Rejects
 * with an Error in the shape of node:fs: EPERM, EACCES, ESRCH, ETIMEDOUT.
 */
export async function readSeccompFilters(
  pid: number,
  { signal }: Cancel,
): Promise<readonly InstalledFilter[]> {
  const helper = fromSource
    ? new URL("./seccomp-helper.ts", import.meta.url)
    : new URL(builtName, import.meta.url);
  const file = fileURLToPath(helper);
  const result = await runProgram(process.execPath, [file, String(pid)], { timeout: patience, signal });
  const answer = parseAnswer(result.stdout);
  if ("code" in answer) throw Object.assign(new Error(answer.message), { code: answer.code });
  return answer.filters.map(({ program, log }) => ({ program: Buffer.from(program, "base64"), log }));
}

function parseAnswer(text: string): HelperAnswer {
  try {
    return JSON.parse(text) as HelperAnswer;
  } catch {
    return { code: "ENODATA", message: "ENODATA: the helper that reads the filters ended without an answer" };
  }
}

/** By Node's names of architectures. */
const natives: Readonly<Record<string, string>> = {
  x64: "SCMP_ARCH_X86_64",
  arm64: "SCMP_ARCH_AARCH64",
  riscv64: "SCMP_ARCH_RISCV64",
};

/** The rules of a process's filters, decoded. Never rejects but when aborted. */
export async function readSeccompRules(
  files: KernelFiles,
  { pid, signal }: Cancel & { readonly pid: number },
): Promise<Reading<SeccompRules>> {
  const source = `ptrace(PTRACE_SECCOMP_GET_FILTER) of process ${pid}`;
  const { calls } = files;
  if (calls === undefined) return unread(source, "absent", "captured files: no system call can be made");
  const filters = await attempt(source, () => calls.seccompFilters(pid, { signal }));
  if (!filters.ok) return { ...filters, source };
  // Whoever is asked has one: without CONFIG_CHECKPOINT_RESTORE the kernel answers as for a process that has none.
  if (filters.value.length === 0) return unread(source, "absent", "this kernel hands out no filters");
  const native = natives[process.arch] ?? "SCMP_ARCH_X86_64";
  return parseReading({ source, ok: true, value: "" }, () => seccompRules(filters.value, { native }));
}
