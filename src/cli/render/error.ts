import { type ErrorCode, errnoOf, errorCodes, OcilabError } from "../../base/errors.ts";
import { printable, quote } from "../../base/text.ts";
import { paint, type Terminal, wrap } from "./terminal.ts";

/** What `--json` prints of an error, to stderr (schemas/output/error.schema.json). */
export type ErrorReport = {
  readonly error: {
    readonly code: ErrorCode;
    readonly doing: string;
    readonly got: string;
    readonly hint: string | null;
    readonly facts: Readonly<Record<string, unknown>>;
  };
};

/** An error as a plain value; one that is not ours becomes "host.system-call" or "host.internal". */
export function errorReport(error: unknown): ErrorReport {
  if (error instanceof OcilabError) {
    const { code, doing, got, hint, facts } = error;
    return { error: { code, doing, got, hint: hint ?? remedyOf(code), facts } };
  }
  const errno = errnoOf(error);
  if (errno !== undefined) return systemReport(error as NodeJS.ErrnoException, errno);
  const got = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    error: {
      code: "host.internal",
      doing: "run the command",
      got,
      hint: "run it again with --log-level debug, and report what it prints",
      facts: {},
    },
  };
}

/** An error of the kernel that nobody has put into context. */
function systemReport({ syscall, path }: NodeJS.ErrnoException, errno: string): ErrorReport {
  const doing = [syscall ?? "ask the kernel", path === undefined ? "" : quote(path)]
    .filter(Boolean)
    .join(" ");
  const facts = { errno, ...(syscall && { syscall }), ...(path && { path }) };
  const got = `the kernel answered ${errno}`;
  return { error: { code: "host.system-call", doing, got, hint: remedies[errno] ?? null, facts } };
}

const rights = "run it as root, or set OCILAB_HOME to a directory that you may write";
const remedies: Readonly<Record<string, string>> = {
  EACCES: rights,
  EPERM: rights,
  EROFS: "set OCILAB_HOME to a directory that can be written",
  ENOSPC: "make room, or set OCILAB_HOME to a directory on another disk",
  EDQUOT: "make room, or set OCILAB_HOME to a directory on another disk",
  EMFILE: "allow more open files: ulimit -n",
};

/** The code's general remedy in the form of a hint. Of a failed system call it says nothing that helps. */
function remedyOf(code: ErrorCode): string | null {
  if (code === "host.system-call") return null;
  const { remedy } = errorCodes[code];
  const start = /^[A-Z][a-z]/.test(remedy) ? remedy.charAt(0).toLowerCase() : remedy.charAt(0);
  return `${start}${remedy.slice(1)}`.replace(/\.$/, "");
}

/** An error for people: what we were doing, what came back, what to try; the stack of an unforeseen one only with `debug`. */
export function renderError(
  error: unknown,
  options: { readonly terminal: Terminal; readonly debug: boolean },
): string {
  const { terminal } = options;
  const { code, doing, got, hint, facts } = errorReport(error).error;
  const lines = [`${paint("ocilab:", "red", terminal)} ${printable(doing)}: ${printable(got)}`];
  for (const { source, says } of evidenceOf(facts))
    lines.push(
      `  ${paint("seen:", "cyan", terminal)} ${wrap(printable(`${source}: ${says}`, 500), terminal.columns - 9, "        ")}`,
    );
  if (hint !== null)
    lines.push(
      `  ${paint("try:", "cyan", terminal)} ${wrap(printable(hint), terminal.columns - 8, "       ")}`,
    );
  lines.push(`  ${paint(`code: ${code}`, "dim", terminal)}`);
  if (options.debug && error instanceof Error) lines.push(printable(stackOf(error), 20_000));
  return `${lines.join("\n")}\n`;
}

/** An error as one line of the JSON log (`--log-format json`), as its other lines are: level, time, msg and the fields. Ends in a line feed. */
export function errorLine(error: unknown, now: Date): string {
  const { code, doing, got, hint, facts } = errorReport(error).error;
  const line = { level: "error", time: now.toISOString(), code, hint, facts, msg: `${doing}: ${got}` };
  return `${JSON.stringify(line, (_, value) => (typeof value === "bigint" ? String(value) : value))}\n`;
}

/** What was looked at after the failure (src/container/evidence), one line each. */
function evidenceOf(facts: ErrorReport["error"]["facts"]): readonly { source: string; says: string }[] {
  const { evidence } = facts;
  if (!Array.isArray(evidence)) return [];
  return evidence.filter(
    (entry) => typeof entry?.source === "string" && typeof entry?.says === "string",
  ) as readonly { source: string; says: string }[];
}

function stackOf(error: Error): string {
  const own = error.stack ?? String(error);
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own;
}
