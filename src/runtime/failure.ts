import { type ErrorCode, OcilabError } from "../base/errors.ts";
import { printable } from "../base/text.ts";

export type RuntimeFailure = Extract<ErrorCode, `runtime.${string}`>;

/**
 * What a runtime's own words mean. Exit codes say nothing (runc exits 1 for everything), so the text decides: the first row
 * that matches, from the most telling to the most general. Measured with runc 1.1.5 and 1.3.6, crun 1.8.1 and 1.28.
 */
const meanings: readonly (readonly [RegExp, RuntimeFailure])[] = [
  [/container with (given )?id .*exists|container `.*` already exists/i, "runtime.exists"],
  [/^container does not exist|`.*` does not exist: open|\/status`: No such file/i, "runtime.not-found"],
  [/^container not running|kill container: No such process|process already finished/i, "runtime.not-running"],
  [
    /^cannot (start|delete|pause|resume) |exec\.fifo|not in `created` or `stopped` state/i,
    "runtime.wrong-status",
  ],
  [/unknown command|No help topic for|flag provided but not defined/i, "runtime.unsupported"],
  [/error running (\w+ )?hook|error executing hook/i, "runtime.hook"],
  [/console.?socket|allocate tty|\/dev\/tty/i, "runtime.terminal"],
  [/executable file .*not found|exec: ".*": stat .*: no such file/i, "runtime.command-missing"],
  [/exec:? [^ ]*: no such file/i, "runtime.command-missing"],
  [/exec format error/i, "runtime.command-format"],
  [/exec:? [^ ]*: (permission denied|is a directory)/i, "runtime.command-denied"],
  [
    /open executable: (Permission|Operation)|`.*` (exists but it is not executable|is not a regular file)/i,
    "runtime.command-denied",
  ],
  [
    /invalid rootfs|rootfs \(.*\) does not exist|make `.*` private: No such|^open `[^/].*`: No such/i,
    "runtime.rootfs",
  ],
  [/rlimit/i, "runtime.rlimit"],
  [/sysctl|\/proc\/sys\/(net|kernel)\/(?!cap_last_cap)/i, "runtime.config"],
  [/cgroup|unable to set memory limit|memory limit could be too low/i, "runtime.cgroup"],
  [
    /[ug]id_map|[ug]id mappings|user namespaces?|userns|\/ns\/\w+|duplicated? (ns|namespace)|UTS namespace/i,
    "runtime.namespace",
  ],
  [/unshare|setns/i, "runtime.namespace"],
  [/apparmor|selinux|attr\/keycreate/i, "runtime.config"],
  [/\bmount(ing)?\b|exec fds|cap_last_cap|stat'ing file|cannot stat/i, "runtime.mount"],
  [/args must not be empty|open executable: Invalid argument|cannot find ``/i, "runtime.config"],
  [/config\.json|config file|json: |invalid character|malformed spec|unknown version/i, "runtime.config"],
  [/chdir|mkdir .*not a directory/i, "runtime.config"],
  [/permission denied|operation not permitted/i, "runtime.permission"],
];

/** The code for a runtime's words. */
export function classifyFailure(words: string): RuntimeFailure {
  return meanings.find(([pattern]) => pattern.test(words))?.[1] ?? "runtime.failed";
}

/** The error of a failed call: `words` are the runtime's own, undefined when it said nothing. */
export function runtimeFailure(doing: string, ended: EndedCall): OcilabError {
  const { words, name } = ended;
  const code = words === undefined ? "runtime.failed" : classifyFailure(words);
  const how = ended.signal === undefined ? `exit code ${ended.exitCode ?? "unknown"}` : ended.signal;
  return new OcilabError(code, {
    doing,
    got:
      words === undefined
        ? `${name} ended with ${how} and said nothing`
        : `${name} says: ${printable(words, 2000)}`,
    hint: hintFor(words ?? ""),
    facts: { runtime: name, exitCode: ended.exitCode, signal: ended.signal, words, command: ended.command },
  });
}

export type EndedCall = {
  /** The runtime's name for the message. */
  readonly name: string;
  readonly words: string | undefined;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly command: readonly string[];
};

/** Remedies for words whose cause is known more exactly than the code's (runtime-errors table, rows by number). */
const hints: readonly (readonly [RegExp, string])[] = [
  [
    /hybrid mode not supported/,
    "this host mixes cgroup v1 and v2; run as root, then ocilab hides the v2 tree from crun",
  ],
  [
    /too many open files/,
    "RLIMIT_NOFILE of process.rlimits is below what the runtime needs to start: give 16 or more",
  ],
  [/closing exec fds|cap_last_cap/, "runc needs /proc inside the container: mount proc first"],
  [/no uid mappings found/, "add linux.uidMappings and gidMappings, or leave out the user namespace"],
  [/private UTS namespace/, 'hostname needs {"type":"uts"} in linux.namespaces'],
  [/: no such device/, 'for a bind mount put "bind" into the options: bind is an option, not a filesystem'],
  [
    /container process is already dead|container init exited prematurely/,
    "a seccomp profile too strict for the runtime's own last steps looks like this, and so does a pids limit too low for its threads",
  ],
  [
    /unknown version/,
    "this crun knows only older versions of the specification: lower ociVersion, or use a newer crun",
  ],
  [/current usage/, "the limit is below what the runtime itself needs to start: give 8 MiB or more"],
];

function hintFor(words: string): string | undefined {
  const found = hints.find(([pattern]) => pattern.test(words));
  return found?.[1];
}
