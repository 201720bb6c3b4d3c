import type { Share } from "./options.ts";
import { shellWord, shellWords } from "./quoting.ts";

/** All that the machine is told of the command: vm/init.sh and vm/job.sh read it as shell variables and functions. */
export type Job = {
  readonly command: readonly string[];
  /** Absolute; the same path on the host and in the machine. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly write: boolean;
  readonly shares: readonly Share[];
  /** Directory of the modules for the running kernel, on the host. */
  readonly modules: string | undefined;
  readonly user: { readonly name: string; readonly uid: number } | undefined;
  readonly terminal: { readonly rows: number; readonly columns: number } | undefined;
  readonly init: "none" | "systemd";
  readonly network: boolean;
  /** Hexadecimal; mixed into the machine's random numbers. */
  readonly seed: string;
  /** Comes after the last byte of each output stream. */
  readonly end: string;
};

/** The job as a shell script that only sets variables, functions and, by `set --`, the command. */
export function jobScript(job: Job): string {
  const variables = {
    DIRECTORY: job.directory,
    WRITE: job.write ? "yes" : "",
    MODULES: job.modules ?? "",
    ACCOUNT: job.user?.name ?? "",
    ACCOUNT_ID: String(job.user?.uid ?? ""),
    TERMINAL: job.terminal === undefined ? "" : "yes",
    ROWS: String(job.terminal?.rows ?? ""),
    COLUMNS: String(job.terminal?.columns ?? ""),
    SEARCH: job.environment["PATH"] ?? "",
    INIT: job.init,
    NETWORK: job.network ? "yes" : "",
    SEED: job.seed,
    END: job.end,
  };
  const through = job.shares.map(({ path, write }, index) =>
    shellWords(["through", `share${index}`, path, write ? "rw" : "ro"]),
  );
  const writable = [
    ...(job.write ? [job.directory] : []),
    ...job.shares.filter(({ write }) => write).map(({ path }) => path),
  ];
  const written = writable.map((path) => `umount -l ${shellWord(path)}`);
  const words = Object.entries(job.environment).map(([name, value]) => `${name}=${value}`);
  return [
    ...Object.entries(variables).map(([name, value]) => `${name}=${shellWord(value)}`),
    shellFunction("shares", through),
    shellFunction("written", [...written.toReversed(), ...(written.length > 0 ? ["sync"] : [])]),
    shellFunction("in_environment", [`exec /run/vm/bin/busybox env -i ${shellWords(words)} "$@"`]),
    `set -- ${shellWords(job.command)}`,
    "",
  ].join("\n");
}

function shellFunction(name: string, lines: readonly string[]): string {
  return [`${name}() {`, ":", ...lines, "}"].join("\n");
}
