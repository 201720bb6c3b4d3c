import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { type Context, defineCommand } from "../command.ts";
import type { FlagValues } from "../flags.ts";
import type { InspectValue } from "../inspect.ts";
import type { DifferenceValue, Subject, TreeValue } from "../inspect-views.ts";
import { renderInspection } from "../render/inspection.ts";
import { parseInterval } from "./shared.ts";

const flags = {
  pid: { kind: "value", value: "N", help: "a process instead of a container" },
  watch: { kind: "switch", short: "w", help: "show live what it uses, until q is pressed or it ends" },
  interval: { kind: "value", value: "S", help: "with --watch: seconds between two pictures (default 1)" },
  diff: { kind: "switch", help: "compare two: ids, process ids, or host" },
  tree: { kind: "switch", help: "draw its namespaces and cgroups as trees" },
} as const;

export const command = defineCommand({
  name: "inspect",
  group: "what the kernel says",
  summary: "read back from the kernel what a container, a process or this machine really has",
  description:
    "Reads procfs, sysfs and cgroupfs and prints what they say: namespaces with their inodes, owners and whether they are the host's, capability sets by name, seccomp filters with their answers, cgroup limits and usage, processes, descriptors, network, mounts, id maps and limits. Every line ends with the file it comes from; what could not be read says why. A process with a seccomp filter is stopped for an instant, for its filter is read by ptrace(2).",
  arguments: [
    { name: "ID|host", help: "a container's id, or the word host for this machine" },
    { name: "OTHER", help: "with --diff: what it is compared with: an id, a process id, or host" },
  ],
  flags,
  examples: [
    { line: "ocilab inspect web", says: "the container web" },
    { line: "ocilab inspect --watch web", says: "memory, CPU, processes, input and output, pressure, live" },
    { line: "ocilab inspect --diff web host", says: "what the container has that the host has otherwise" },
    {
      line: "ocilab inspect --json web | jq .process.capabilities.effective",
      says: "one fact with its source",
    },
  ],
  async run(
    { flags: given, positionals },
    context,
  ): Promise<{ value: InspectValue | DifferenceValue | TreeValue | undefined }> {
    const [subject, other] = subjectsOf(given, positionals);
    if (given.interval !== undefined && !given.watch) throw wrong("--interval belongs to --watch");
    if (given.watch || given.diff || given.tree)
      return { value: await another({ subject, other, given }, context) };
    const { inspectContainer, inspectHost, inspectProcess } = await import("../inspect.ts");
    switch (subject.kind) {
      case "process":
        return { value: await inspectProcess(subject.pid, context) };
      case "host":
        return { value: await inspectHost(context) };
      case "container":
        return { value: await inspectContainer(subject.id, context) };
    }
  },
  render: renderInspection,
});

type Given = FlagValues<typeof flags>;

async function another(
  {
    subject,
    other,
    given,
  }: { readonly subject: Subject; readonly other: Subject | undefined; readonly given: Given },
  context: Context,
): Promise<DifferenceValue | TreeValue | undefined> {
  const { inspectDifference, inspectTree, watchUsage } = await import("../inspect-views.ts");
  if (given.diff && other !== undefined) return inspectDifference({ first: subject, second: other }, context);
  if (given.tree) return inspectTree(subject, context);
  await watchUsage(subject, { context, interval: parseInterval(given.interval) });
  return undefined;
}

/** The one that is looked at, and with --diff the other. Errors: "usage.bad-argument". */
function subjectsOf(
  { pid, watch, diff, tree }: Given,
  words: readonly string[],
): readonly [Subject, Subject | undefined] {
  if ([watch, diff, tree].filter(Boolean).length > 1)
    throw wrong("--watch, --diff and --tree exclude one another");
  const named = words.map((word) => subjectOf(word, { digitsArePid: diff === true }));
  const given = pid === undefined ? named : [{ kind: "process", pid: processId(pid) } as const, ...named];
  const [first, second] = given;
  if (first === undefined || given.length > 2) throw wrong(diff ? needTwo : needOne);
  if (diff ? second === undefined : second !== undefined) throw wrong(diff ? needTwo : needOne);
  return [first, second];
}

const needOne = "one subject is needed: a container's id, --pid N, or host";
const needTwo = "--diff needs two: each a container's id, a process id, or host";

function subjectOf(word: string, { digitsArePid }: { readonly digitsArePid: boolean }): Subject {
  if (word === "host") return { kind: "host" };
  if (digitsArePid && /^\d+$/.test(word)) return { kind: "process", pid: processId(word) };
  return { kind: "container", id: word };
}

function wrong(got: string): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "read the arguments of inspect",
    got,
    hint: "ocilab inspect --help",
  });
}

function processId(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new OcilabError("usage.bad-argument", {
    doing: "read the flags of inspect",
    got: `--pid is a process id, not ${quote(text)}`,
    hint: "ocilab inspect --pid 1",
  });
}
