import type { ProcessView } from "../../kernel/view-type.ts";
import type { Process, Spec } from "../../oci/spec.ts";
import { type Claim, type ClaimFamily, claim, orProgram, type Undecided } from "../claim.ts";
import { show, unlessEqual } from "../compare.ts";

/** args, env, cwd, terminal, noNewPrivileges, oomScoreAdj (config.md#process). */
export const processClaims: ClaimFamily = (spec) => {
  const asked = spec.process;
  if (asked === undefined) return [];
  return [
    ...argsClaims(spec),
    ...envClaims(spec),
    claim({
      at: "/process/cwd",
      statements: ["CFG-PROC-08"],
      settled: "start",
      asked: asked.cwd,
      seen: (view) => view.program.cwd,
      differs: (asked, seen) =>
        withoutSlash(asked) === withoutSlash(seen)
          ? undefined
          : orProgram(
              `the working directory is ${show(seen)} now: a program may change it at any time (chdir(2))`,
            ),
    }),
    ...terminalClaims(spec),
    ...privilegeClaims(spec),
  ];
};

function argsClaims(spec: Spec): readonly Claim[] {
  const args = spec.process?.args;
  if (args === undefined) return [];
  return [
    claim({
      at: "/process/args",
      statements: ["CFG-PROC-11"],
      settled: "start",
      asked: args,
      seen: (view) => view.program.args,
      differs: (asked, seen) =>
        argsKept(asked, seen)
          ? undefined
          : orProgram(
              `the process shows ${show(seen)}: it may have executed another program or changed its title since (execve(2), prctl(2))`,
            ),
    }),
  ];
}

/** A script is executed as INTERPRETER [ARGUMENT] SCRIPT ARGS… (execve(2), "Interpreter scripts"). */
function argsKept(asked: readonly string[], seen: readonly string[]): boolean {
  if (show(asked) === show(seen)) return true;
  const [script = "", ...rest] = asked;
  const tail = seen.slice(seen.length - rest.length);
  const before = seen.slice(0, seen.length - rest.length);
  const path = before.at(-1) ?? "";
  const isScript = path === script || path.endsWith(`/${script}`);
  return before.length > 1 && before.length < 4 && isScript && show(tail) === show(rest);
}

function envClaims(spec: Spec): readonly Claim[] {
  const env = spec.process?.env;
  if (env === undefined) return [];
  return [
    claim({
      at: "/process/env",
      statements: ["CFG-PROC-10"],
      settled: "start",
      asked: env,
      seen: (view) => view.program.env,
      differs: (asked, seen, view) => envDiffers(asked, seen, { spec, view }),
    }),
  ];
}

/** Variables that runtimes add by their own account, when the config does not set them. */
const added = ["HOME", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET"];

function envDiffers(
  asked: readonly string[],
  seen: readonly string[],
  options: { readonly spec: Spec; readonly view: ProcessView },
): string | Undecided | undefined {
  const wanted = variables(asked);
  const there = variables(seen);
  const wrong = [...wanted].filter(([name, value]) => there.get(name) !== value).map(([name]) => name);
  const extra = [...there.keys()].filter((name) => !wanted.has(name) && !added.includes(name));
  if (wrong.length === 0 && extra.length === 0) return undefined;
  const why = [
    ...(wrong.length === 0 ? [] : [`missing or with another value: ${wrong.join(", ")}`]),
    ...(extra.length === 0 ? [] : [`not asked for: ${extra.join(", ")}`]),
  ].join("; ");
  const { args } = options.view.program;
  const first = args.ok && argsKept(options.spec.process?.args ?? [], args.value);
  return first
    ? why
    : orProgram(`${why}; the process has executed another program since, which got its own environment`);
}

/** The last of several values counts, as for getenv(3) after a runtime has removed the others. */
function variables(env: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    env.map((entry) => {
      const at = entry.indexOf("=");
      return at < 0 ? [entry, ""] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

function terminalClaims(spec: Spec): readonly Claim[] {
  const { terminal, consoleSize } = spec.process ?? {};
  if (terminal !== true) return [];
  const size: readonly Claim[] =
    consoleSize === undefined
      ? []
      : [
          claim({
            at: "/process/consoleSize",
            statements: ["CFG-PROC-06"],
            settled: "start",
            asked: consoleSize,
            seen: (view) => view.program.windowSize,
            show: ({ rows, columns }) => ({ height: rows, width: columns }),
            differs: sizeDiffers,
          }),
        ];
  return [
    claim({
      at: "/process/terminal",
      statements: ["CFG-PROC-02"],
      settled: "start",
      asked: true,
      seen: (view) => view.program.stdin,
      differs: (_, seen) =>
        /^\/dev\/(pts\/\d+|console|tty.*)$/.test(seen)
          ? undefined
          : `standard input is ${show(seen)}, no terminal`,
    }),
    ...size,
  ];
}

type ConsoleSize = NonNullable<Process["consoleSize"]>;
type WindowSize = Extract<ProcessView["program"]["windowSize"], { ok: true }>["value"];

/** A new terminal has no size. Whoever holds its other end, and who is in it, may set another at any time. */
function sizeDiffers(asked: ConsoleSize, { rows, columns }: WindowSize): string | Undecided | undefined {
  if (BigInt(asked.height) === BigInt(rows) && BigInt(asked.width) === BigInt(columns)) return undefined;
  if (rows === 0 && columns === 0) return "nobody has set the terminal's size";
  return orProgram(
    `the terminal has ${rows} rows and ${columns} columns now: its user or a program may have resized it since (ioctl_tty(2))`,
  );
}

function privilegeClaims(spec: Spec): readonly Claim[] {
  const { noNewPrivileges, oomScoreAdj } = spec.process ?? {};
  const claims: Claim[] = [];
  if (noNewPrivileges !== undefined)
    claims.push(
      claim({
        at: "/process/noNewPrivileges",
        statements: ["CFG-LPROC-09"],
        settled: "start",
        asked: noNewPrivileges,
        seen: (view) => view.noNewPrivileges,
        differs: (asked, seen) => {
          if (asked === seen) return undefined;
          if (asked) return "no_new_privs is not set";
          return orProgram("no_new_privs is set: a program may set it for itself at any time (prctl(2))");
        },
      }),
    );
  if (oomScoreAdj !== undefined)
    claims.push(
      claim({
        at: "/process/oomScoreAdj",
        statements: ["CFG-LPROC-10"],
        settled: "start",
        asked: oomScoreAdj,
        seen: (view) => view.oomScoreAdj,
        differs: unlessEqual,
      }),
    );
  return claims;
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}
