import type { GuideEntry } from "../src/audit/guide/entry.ts";
import { guide } from "../src/audit/guide/guide.ts";

/** docs/claims.md: what the audit says of each place of config.json, and on what evidence. */
export function claimsDocument(): string {
  const claims = guide.filter((entry) => entry.kind === "claim");
  const others = (kind: "hidden" | "no wish") =>
    guide.flatMap((entry) =>
      entry.kind !== "claim" && entry.kind === kind ? [`| \`${entry.at}\` | ${cell(entry.why)} |`] : [],
    );
  const sections = [...Map.groupBy(claims, ({ section }) => section)].map(
    ([section, entries]) =>
      `### ${section}\n\n| place | evidence | kept when | unseen when |\n| --- | --- | --- | --- |\n${entries.map(row).join("\n")}\n`,
  );
  return `# Claims

What \`ocilab audit\` says of each place of config.json (runtime-spec 1.3.0), and which answer of the kernel decides it. \`*\` stands for a name or an
index. Each finding is **kept**, **broken** or **unseen**: broken is whatever is neither kept nor unseen by the tables, and says what differs.
A finding is also unseen, with the reason, when its file cannot be read (another user's process, a kernel without the file), and for what
\`process\` asks while the container is created and not started. After \`ocilab update\` the limits that it asked for count instead of config.json's.

Of a container in gVisor's sandbox (runsc) the kernel of this host knows nothing: there the evidence is what a shell in the container reads from the
sandbox's own \`/proc\`, and its source begins with \`inside:\`; what such a file cannot show is unseen.

The rules of a seccomp filter are read by ptrace(2) where that is permitted. \`ocilab audit --probe\` tries them as well, in a further process inside
the container ([inspect.md](inspect.md) says how): what either finds broken is broken, else what either has seen is kept.

Evidence: PID is the container's first process; names like \`memory.max\` are files of its cgroup, v2 and v1; names with a number in brackets are system
calls. This page is printed from \`src/audit/guide/\` by \`npm run docs\`.

## What the kernel shows

${sections.join("\n")}
## What the kernel applies and shows to nobody

| place | why |
| --- | --- |
${others("hidden").join("\n")}

## What asks nothing of the kernel

| place | why |
| --- | --- |
${others("no wish").join("\n")}
`;
}

function row(entry: Extract<GuideEntry, { kind: "claim" }>): string {
  const evidence = entry.evidence.map((name) => `\`${name}\``).join(", ");
  return `| \`${entry.at}\` | ${cell(evidence)} | ${cell(entry.kept)} | ${cell(entry.unseen ?? "")} |`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
