import { defaultDetachKeys, parseDetachKeys } from "../container/detach-keys.ts";
import type { ExecWish } from "../container/exec.ts";
import { parseProcess } from "../oci/parse.ts";
import type { SpecOption } from "../spec/context.ts";
import { withArgs } from "../spec/options/arguments.ts";
import { withCapabilities } from "../spec/options/capabilities.ts";
import { withEnv } from "../spec/options/environment.ts";
import { withApparmor, withCwd, withNoNewPrivileges, withSelinuxLabel } from "../spec/options/process.ts";
import { withAdditionalGroups, withUser } from "../spec/options/user.ts";
import type { Context } from "./command.ts";
import { readEnvironment, readGivenFile } from "./config/environment.ts";
import { given } from "./config/given.ts";

/** What `exec` was asked for, besides what goes to the runtime as it is. */
export type ExecFlags = {
  readonly tty: boolean;
  readonly detach: boolean;
  readonly env: readonly string[];
  readonly "env-file": readonly string[];
  readonly user: string | undefined;
  readonly "group-add": readonly string[];
  readonly workdir: string | undefined;
  readonly cap: readonly string[];
  readonly "no-new-privs": boolean;
  readonly apparmor: string | undefined;
  readonly "process-label": string | undefined;
  readonly process: string | undefined;
  readonly "detach-keys": string | undefined;
};

/** The flags of `exec` as a wish. Reads the files that they name. Errors: "usage.bad-argument", "spec.bad-json", "spec.invalid", "spec.bad-option". */
export function execWish(
  flags: ExecFlags,
  { command, context }: { readonly command: readonly string[]; readonly context: Context },
): Pick<ExecWish, "specOptions" | "process" | "terminal" | "detach" | "detachKeys"> {
  const file = flags.process;
  return {
    specOptions: specOptions(flags, { command, context }),
    process: file === undefined ? undefined : parseProcess(readGivenFile(file, "--process"), { name: file }),
    terminal: flags.tty,
    detach: flags.detach,
    detachKeys: parseDetachKeys(flags["detach-keys"] ?? defaultDetachKeys),
  };
}

function specOptions(
  flags: ExecFlags,
  { command, context }: { readonly command: readonly string[]; readonly context: Context },
): readonly SpecOption[] {
  const env = readEnvironment(flags, { env: context.env, cwd: process.cwd() });
  return [
    ...(command.length === 0 ? [] : [withArgs(command)]),
    ...(env.length === 0 ? [] : [withEnv(env)]),
    ...given(flags.user, withUser),
    ...(flags["group-add"].length === 0 ? [] : [withAdditionalGroups(flags["group-add"])]),
    ...given(flags.workdir, withCwd),
    ...(flags.cap.length === 0 ? [] : [withCapabilities({ add: flags.cap })]),
    ...(flags["no-new-privs"] ? [withNoNewPrivileges(true)] : []),
    ...given(flags.apparmor, withApparmor),
    ...given(flags["process-label"], withSelinuxLabel),
  ];
}
