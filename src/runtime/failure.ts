import { OcilabError } from "../base/errors.ts";
import { printable } from "../base/text.ts";
import { type RuntimeFailure, recognise } from "./failures/cause.ts";
import { causes } from "./failures/table.ts";

/**
 * What a runtime's words mean where no cause is known: the family of the failure. Exit codes say nothing (runc exits 1 for everything), so
 * the text decides: the first row that matches, from the most telling to the most general. Measured with runc 1.1.5 and 1.3.6, crun 1.8.1
 * and 1.28.
 */
const families: readonly (readonly [RegExp, RuntimeFailure])[] = [
  [
    /^sandbox is not running|^container not running|kill container: No such process|process already finished/i,
    "runtime.not-running",
  ],
  [
    /^cannot (start|delete|pause|resume) |exec\.fifo|not in `created` or `stopped` state/i,
    "runtime.wrong-status",
  ],
  [
    /in state (created|running|paused|stopped)$|not stopped without --force|" not started$/i,
    "runtime.wrong-status",
  ],
  [/invalid state transition/, "runtime.wrong-status"],
  [/unknown command|No help topic for|flag provided but not defined|Usage: runsc </i, "runtime.unsupported"],
  [/error running (\w+ )?hook|error executing hook/i, "runtime.hook"],
  [/console.?socket|allocate tty|\/dev\/tty/i, "runtime.terminal"],
  [/exec:? [^ ]*: no such file/i, "runtime.command-missing"],
  [/exec:? [^ ]*: (permission denied|is a directory)/i, "runtime.command-denied"],
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
  [/config\.json|config file|json: |invalid character|malformed spec|unknown version/i, "runtime.config"],
  [/chdir|mkdir .*not a directory/i, "runtime.config"],
  [/permission denied|operation not permitted/i, "runtime.permission"],
];

/** The code for a runtime's words. */
export function classifyFailure(words: string): RuntimeFailure {
  const known = recognise(words, causes);
  return known?.cause.code ?? families.find(([pattern]) => pattern.test(words))?.[1] ?? "runtime.failed";
}

/**
 * The error of a failed call: `words` are the runtime's own, undefined when it said nothing. A known cause (failures/) is said in our words
 * with the runtime's after them (or before, where it has printed its one line itself); unknown words stand as they came. `facts`: words, and of a known cause its name (`cause`) and what the
 * words tell (`found`).
 */
export function runtimeFailure(doing: string, ended: EndedCall): OcilabError {
  const { words, name, exitCode, signal, command } = ended;
  const how = `ended with ${signal ?? `exit code ${exitCode ?? "unknown"}`} and said nothing`;
  const known = recognise(words ?? how, causes);
  const silent =
    ended.printed === true
      ? how.replace(/ and said nothing$/, "; what it said, if anything, stands above")
      : how;
  const own =
    words === undefined ? `${name} ${silent}` : `${name} says: ${printable(withoutTrace(words), 2000)}`;
  const shown = ended.printed === true && words?.includes("\n") === false;
  const about = known === undefined ? {} : { cause: known.cause.name, found: known.found };
  return new OcilabError(known?.cause.code ?? classifyFailure(words ?? ""), {
    doing,
    got: known === undefined ? own : shown ? known.says : `${known.says}; ${own}`,
    hint: known?.cause.tries,
    facts: { runtime: name, exitCode, signal, words, command, ...about },
  });
}

/** A Go program that panics prints where it was: for its authors (facts.words has it), not for whoever ran it. */
function withoutTrace(words: string): string {
  return words.replace(/\n+goroutine \d+ \[[\s\S]*$/, "");
}

export type EndedCall = {
  /** The runtime's name for the message. */
  readonly name: string;
  readonly words: string | undefined;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly command: readonly string[];
  /** It has written the words to our own standard error as well, which was the container's to be: they are not said twice. */
  readonly printed?: boolean;
};
