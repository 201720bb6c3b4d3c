import { defineCommand } from "../command.ts";
import { renderMembers } from "../render/members.ts";
import { idArgument } from "./shared.ts";

export const command = defineCommand({
  name: "ps",
  group: "what the kernel says",
  summary: "list the processes of a container as a tree",
  description:
    "Reads cgroup.procs of the container's cgroup and of those below it, and what /proc says of each process: its id here and inside, effective user, state (proc_pid_stat(5)), threads, CPU time, resident memory and command line. No runtime is asked for them, so it works for every runtime.",
  arguments: [idArgument],
  flags: {},
  examples: [
    { line: "ocilab ps web", says: "the processes of web" },
    { line: "ocilab ps --json web | jq '.[].pid'", says: "their ids" },
  ],
  async run({ positionals: [id = ""] }, context) {
    const { containerMembers } = await import("../members.ts");
    return { value: (await containerMembers(id, context)).members };
  },
  render: renderMembers,
});
