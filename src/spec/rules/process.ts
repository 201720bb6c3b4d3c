import { quote } from "../../base/text.ts";
import type { Spec } from "../../oci/spec.ts";
import { nameOf } from "../options/environment.ts";
import { normal } from "./paths.ts";
import { type Complaint, error, type Rule, removal, repeats, replacement, warning } from "./rule.ts";

/** Rules about process, but for its capabilities, limits and scheduling. */
export const processRules: readonly Rule[] = [
  { name: "no-process", check: noProcess },
  { name: "no-arguments", check: noArguments },
  { name: "cwd-relative", check: relativeCwd },
  { name: "env-without-equals", check: envWithoutEquals },
  { name: "env-twice", check: envTwice },
  { name: "no-path", check: noPath },
  { name: "console-size-without-terminal", check: sizeWithoutTerminal },
  { name: "group-twice", check: groupTwice },
];

function noProcess(spec: Spec): readonly Complaint[] {
  if (spec.process !== undefined || spec.linux === undefined) return [];
  return [
    warning("/process", "is missing, so the container can be created but not started", {
      statement: "CFG-PROC-01",
    }),
  ];
}

function noArguments(spec: Spec): readonly Complaint[] {
  const { process } = spec;
  if (process === undefined || process.commandLine !== undefined) return [];
  if (process.args?.[0] === "")
    return [
      error("/process/args/0", "is empty, and must name the program to run", { statement: "CFG-PROC-12" }),
    ];
  if ((process.args?.length ?? 0) > 0) return [];
  return [
    error("/process/args", "must name the program to run", {
      hint: 'for example ["/bin/sh"]',
      statement: "CFG-PROC-12",
    }),
  ];
}

function relativeCwd(spec: Spec): readonly Complaint[] {
  const cwd = spec.process?.cwd;
  if (cwd === undefined || cwd.startsWith("/")) return [];
  return [
    error("/process/cwd", `must be absolute, is ${quote(cwd)}`, {
      hint: `was ${quote(normal(cwd))} meant?`,
      fix: replacement("/process/cwd", normal(cwd)),
      statement: "CFG-PROC-09",
    }),
  ];
}

function envWithoutEquals(spec: Spec): readonly Complaint[] {
  return (spec.process?.env ?? []).flatMap((entry, index) => {
    const at = `/process/env/${index}` as const;
    if (entry.includes("\0")) return [error(at, "has a NUL character, at which the kernel would cut it")];
    if (entry.indexOf("=") > 0) return [];
    return [
      error(at, `must be NAME=VALUE, is ${quote(entry, 60)}`, {
        hint: "runc refuses it; nothing is inherited from the host",
        statement: "CFG-PROC-10",
      }),
    ];
  });
}

function envTwice(spec: Spec): readonly Complaint[] {
  const env = spec.process?.env ?? [];
  return repeats(env, nameOf).map(([index, first]) =>
    warning(
      `/process/env/${index}`,
      `sets ${quote(nameOf(env[index] ?? ""), 60)} again: runtimes differ in which value holds`,
      {
        hint: `entry ${first} sets it as well`,
        fix: removal(`/process/env/${first}`),
        statement: "CFG-PROC-10",
      },
    ),
  );
}

function noPath(spec: Spec): readonly Complaint[] {
  const program = spec.process?.args?.[0] ?? "/";
  if (program.includes("/") || (spec.process?.env ?? []).some((entry) => nameOf(entry) === "PATH")) return [];
  return [
    warning("/process/env", `has no PATH in which to look for ${quote(program)}`, {
      hint: "add PATH=/usr/sbin:/usr/bin:/sbin:/bin, or write the program's whole path",
      statement: "CFG-PROC-11",
    }),
  ];
}

function sizeWithoutTerminal(spec: Spec): readonly Complaint[] {
  if (spec.process?.consoleSize === undefined || spec.process.terminal === true) return [];
  return [
    warning("/process/consoleSize", "has no effect without a terminal", {
      hint: "set process.terminal to true, or take the size out",
      fix: removal("/process/consoleSize"),
      statement: "CFG-PROC-04",
    }),
  ];
}

function groupTwice(spec: Spec): readonly Complaint[] {
  const gids = spec.process?.user?.additionalGids ?? [];
  return repeats(gids, String).map(([index]) =>
    warning(`/process/user/additionalGids/${index}`, `lists the group ${gids[index]} again`, {
      fix: removal(`/process/user/additionalGids/${index}`),
      statement: "CFG-USER-04",
    }),
  );
}
