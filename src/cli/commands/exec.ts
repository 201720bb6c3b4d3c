import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { parseContainerId } from "../../oci/container-id.ts";
import { defineCommand } from "../command.ts";
import { programFlags } from "../config/flags/program.ts";
import { whereOf } from "../where.ts";
import { detachKeysFlag, idArgument, parseDescriptors } from "./shared.ts";

const { tty, env, "env-file": envFile, user, "group-add": groups, workdir } = programFlags;

export const command = defineCommand({
  name: "exec",
  group: "bundle to container",
  summary: "run a further process in a container",
  description:
    "Runs a program in the container's namespaces, cgroup and root filesystem. It begins as the container's own process of config.json (user, environment, directory, capabilities, limits), which flags change. Standard input, output and error are passed on, signals go to it, and the exit code is its own: 125 when ocilab or the runtime fails, 126 when the program cannot be executed, 127 when it is not there. Flags end at ID.",
  arguments: [
    idArgument,
    { name: "COMMAND", many: true, help: "program and arguments; with --process they may be left out" },
  ],
  flags: {
    ...{ tty, env, "env-file": envFile, user, "group-add": groups, workdir },
    cwd: { kind: "value", value: "DIR", help: "the same as --workdir, runc's name" },
    cap: { kind: "list", short: "c", value: "NAME", help: "one more capability" },
    "no-new-privs": { kind: "switch", help: "execve gives it no privileges (no_new_privs)" },
    apparmor: { kind: "value", value: "PROFILE", help: "its AppArmor profile" },
    "process-label": { kind: "value", value: "LABEL", help: "its SELinux label" },
    process: {
      kind: "value",
      short: "p",
      value: "FILE",
      help: "begin with this process.json (`process` of config.json) instead",
    },
    detach: { kind: "switch", short: "d", help: "return when it runs, and print its pid" },
    "detach-keys": detachKeysFlag,
    "pid-file": { kind: "value", value: "FILE", help: "write its pid there" },
    "pidfd-socket": {
      kind: "value",
      value: "SOCKET",
      help: "a listening unix socket that gets a pidfd of it (runc from 1.2 on)",
    },
    "console-socket": {
      kind: "value",
      value: "SOCKET",
      help: "with --detach and --tty: a listening unix socket that gets the terminal's master",
    },
    "preserve-fds": { kind: "value", value: "N", help: "pass N more file descriptors, 3 and up" },
    cgroup: { kind: "value", value: "PATH", help: "a cgroup below the container's own, which exists" },
    "ignore-paused": {
      kind: "switch",
      help: "also in a paused container: it stands still until `resume` (runc)",
    },
    interactive: {
      kind: "switch",
      short: "i",
      help: "accepted because docker needs it: standard input is passed on in any case",
    },
  },
  examples: [
    { line: "ocilab exec web ps", says: "a program in the container web" },
    { line: "ocilab exec -it web sh", says: "a shell with a terminal" },
    { line: "ocilab exec -u nobody -e X=1 -w /tmp web env", says: "as somebody else, elsewhere" },
    { line: "ocilab exec -d web sleep 100", says: "in the background; prints its pid" },
  ],
  stopAtFirst: true,
  async exitOf(error) {
    const { runExitCode } = await import("../../container/exit.ts");
    return runExitCode(error);
  },
  async run({ flags, positionals: [id = "", ...rest] }, context) {
    const checked = parseContainerId(id);
    if (flags.tty && context.json && !flags.detach) throw contradiction("--tty", "--json");
    if (flags.cwd !== undefined && flags.workdir !== undefined) throw contradiction("--cwd", "--workdir");
    if (flags["console-socket"] !== undefined && !(flags.detach && flags.tty))
      throw needs("--console-socket", "--detach and --tty");
    if (rest.length === 0 && flags.process === undefined) throw needs("exec", "a COMMAND or --process FILE");
    const { execWish } = await import("../exec.ts");
    const { execInContainer } = await import("../../container/exec.ts");
    const wish = execWish({ ...flags, workdir: flags.workdir ?? flags.cwd }, { command: rest, context });
    using _held = flags.detach ? undefined : context.holdSignals();
    const result = await execInContainer(checked, {
      ...whereOf(context),
      ...wish,
      runtimeOptions: {
        ...{ pidFile: flags["pid-file"], cgroup: flags.cgroup, ignorePaused: flags["ignore-paused"] },
        ...{ consoleSocket: flags["console-socket"], pidfdSocket: flags["pidfd-socket"] },
        preserveFds: parseDescriptors(flags["preserve-fds"] ?? "0", "exec"),
        ...(context.json ? { stdout: 2 } : {}),
      },
    });
    const value = {
      ...{ id: checked, pid: result.pid ?? null },
      exitCode: result.ended ? result.exitCode : null,
      signal: result.ended ? (result.signal ?? null) : null,
    };
    return { value, exit: value.exitCode ?? 0 };
  },
  render: ({ pid, exitCode }) => (exitCode === null && pid !== null ? `${pid}\n` : ""),
});

function contradiction(one: string, other: string): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "read the flags of exec",
    got: `${one} and ${other} contradict each other`,
    hint: "leave out one of them",
  });
}

function needs(what: string, missing: string): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "read the arguments of exec",
    got: `${quote(what)} needs ${missing}`,
    hint: "ocilab exec --help",
  });
}
