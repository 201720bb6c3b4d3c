import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { defineCommand } from "../command.ts";
import type { InspectValue } from "../inspect.ts";
import { renderInspection } from "../render/inspection.ts";

export const command = defineCommand({
  name: "inspect",
  group: "what the kernel says",
  summary: "read back from the kernel what a container, a process or this machine really has",
  description:
    "Reads procfs, sysfs and cgroupfs and prints what they say: namespaces with their inodes and whether they are the host's, capability sets by name, seccomp, cgroup limits and usage, mounts, id maps and limits. Every line ends with the file it comes from; what could not be read says why.",
  arguments: [{ name: "ID|host", help: "a container's id, or the word host for this machine" }],
  flags: { pid: { kind: "value", value: "N", help: "a process instead of a container" } },
  examples: [
    { line: "ocilab inspect web", says: "the container web" },
    { line: "ocilab inspect --pid 1", says: "any process" },
    { line: "ocilab inspect host", says: "this machine, its cgroups and its runtimes" },
    {
      line: "ocilab inspect --json web | jq .process.capabilities.effective",
      says: "one fact with its source",
    },
  ],
  async run({ flags, positionals: [subject] }, context): Promise<{ value: InspectValue }> {
    if ((flags.pid === undefined) === (subject === undefined)) throw oneSubject();
    const { inspectContainer, inspectHost, inspectProcess } = await import("../inspect.ts");
    if (flags.pid !== undefined) return { value: await inspectProcess(processId(flags.pid), context) };
    if (subject === "host") return { value: await inspectHost(context) };
    return { value: await inspectContainer(subject ?? "", context) };
  },
  render: renderInspection,
});

function oneSubject(): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "read the arguments of inspect",
    got: "one subject is needed: a container's id, --pid N, or host",
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
