import { type LifecycleVerb, type Status, transitions } from "../src/runtime/lifecycle.ts";

/** docs/lifecycle.md, printed from the table in src/runtime/lifecycle.ts. */
export function lifecycleDocument(): string {
  const statuses = Object.keys(transitions) as Status[];
  const verbs = Object.keys(transitions.created) as LifecycleVerb[];
  const head = `| verb | ${statuses.join(" | ")} |\n| --- |${statuses.map(() => " --- |").join("")}`;
  const rows = verbs.map((verb) => {
    const cells = statuses.map((status) => (transitions[status][verb].allowed ? "yes" : "no"));
    return `| ${nameOf(verb)} | ${cells.join(" | ")} |`;
  });
  const refusals = statuses.flatMap((status) =>
    verbs.flatMap((verb) => {
      const transition = transitions[status][verb];
      if (transition.allowed) return [];
      return [`| ${nameOf(verb)} | ${status} | ${transition.because} | ${transition.hint} |`];
    }),
  );
  return `# Which verb may follow on which

A container is creating, created, running, paused or stopped (runtime.md, lifecycle). ocilab asks the runtime first and, where it fails, says
by this table what stood against it. This page is printed from \`src/runtime/lifecycle.ts\` by \`npm run docs\`.

${head}
${rows.join("\n")}

## Why not

| verb | status | because it, the container | what to do |
| --- | --- | --- | --- |
${refusals.join("\n")}

## When two come at once, or one is killed

- Two \`delete --force\` of one container: both succeed. Two \`delete\`: one succeeds, the other says that there is none.
- \`kill\` against \`start\`: the container runs and has the signal, or has ended; \`start\` then says so. Never does it stay half started.
- \`delete --force\` while it is created: the creator fails, and nothing is left.
- A runtime that is killed in the middle leaves a directory without a state, and cgroups. \`create\` removes both when it sees its runtime die;
  after both were killed \`ocilab delete --force ID\` does.
- SIGINT, SIGTERM, SIGHUP and SIGQUIT to \`ocilab run\` (also \`exec\` and \`attach\`): until the program is started they abort, from then on they are
  the program's, and the third one in all comes as SIGKILL. One that the program does not get is answered on standard error: its first process has no
  handler for it (SigCgt in /proc/PID/status; the kernel drops such signals to pid 1), or ignores it (SigIgn).
- \`ocilab run\` that is killed: the next \`run\`, \`list\` or \`delete\` removes its container, bundle and mounts.
`;
}

function nameOf(verb: LifecycleVerb): string {
  return verb === "force-delete" ? "`delete --force`" : `\`${verb}\``;
}
