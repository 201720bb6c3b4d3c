import { type Cause, recognise } from "../src/runtime/failures/cause.ts";
import { causes } from "../src/runtime/failures/table.ts";

/** docs/runtime-errors.md: what runtimes say, why, and what to do, from src/runtime/failures. */
export function runtimeErrorsDocument(): string {
  const index = causes.map(({ name, code }) => `| [${name}](#${name}) | \`${code}\` |`);
  return `# What runtimes say, and what it means

runc ends with exit code 1 whatever went wrong, crun with 1, 255 (hooks) or 139, runsc with 128; and one text can have three causes. ocilab
recognises the words, says in its own what is wrong, shows what it finds on this machine, and keeps the runtime's own message: in the
error's \`got\`, and under \`--json\` in \`facts.words\` with \`facts.cause\` (a heading below) and \`facts.evidence\`. Words that are not in this list come
through as they are. \`ocilab explain --error "WORDS"\` looks up a message from a log or a terminal. Most of these are found before the
runtime starts, by \`ocilab check\` and \`ocilab run\`. This page is printed from \`src/runtime/failures/\` by \`npm run docs\`.

test/runtime/catalogue*.test.ts break a bundle or a container in 52 ways and have every runtime and version that is there refuse it. Known from
reports and captured words alone, since the machines of the tests cannot have them: AppArmor's switch of Ubuntu 24.04 and the other words of
user-namespace-forbidden, daemon-versions-differ, runc's words of cgroup-invalid-state and cgroup-not-delegated, seccomp-new-calls and pids-limit-too-low.

| cause | code |
| --- | --- |
${index.join("\n")}

${causes.map(section).join("\n")}`;
}

function section(cause: Cause): string {
  const [first] = cause.words;
  const says = recognise(first?.example ?? "", [cause])?.says ?? cause.says;
  const words = cause.words.map(({ by, example }) => `- ${by}: \`${code(example)}\``);
  return `## ${cause.name}

${sentence(says)}

${words.join("\n")}

What to do: ${sentence(cause.tries)}${cause.shows === undefined ? "" : `\nocilab shows ${cause.shows}.`}
`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Backticks cannot stand in a code span of single ones. */
function code(text: string): string {
  return text.replaceAll("`", "'").trim();
}
