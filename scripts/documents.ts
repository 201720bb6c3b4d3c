import type { CodeDescription } from "../src/base/codes/table.ts";
import { errorCodes } from "../src/base/errors.ts";
import { claimsDocument } from "./claims-document.ts";
import { flagsDocument } from "./flags-document.ts";
import { lifecycleDocument } from "./lifecycle-document.ts";
import { runtimeErrorsDocument } from "./runtime-errors-document.ts";
import { measuredTable, readMeasured, runtimesDocument } from "./runtimes-document.ts";

/** Path (from the repository's root) → text of every document that is printed from code. */
export function generatedDocuments(): Readonly<Record<string, string>> {
  return {
    "docs/claims.md": claimsDocument(),
    "docs/errors.md": errorsDocument(),
    "docs/flags.md": flagsDocument(),
    "docs/lifecycle.md": lifecycleDocument(),
    "docs/runtime-errors.md": runtimeErrorsDocument(),
    "docs/runtimes.md": runtimesDocument(readMeasured()),
    "src/runtime/measured.json": measuredTable(readMeasured()),
  };
}

function errorsDocument(): string {
  const entries = Object.entries(errorCodes) as [string, CodeDescription][];
  const families = [...new Set(entries.map(([code]) => code.split(".")[0] ?? ""))];
  const sections = families.map((family) => {
    const rows = entries
      .filter(([code]) => code.startsWith(`${family}.`))
      .map(
        ([code, { meaning, remedy, exit }]) =>
          `| \`${code}\` | ${exit ?? 1} | ${cell(meaning)} | ${cell(remedy)} |`,
      );
    return `## ${family}\n\n| code | exit | what happened | what to do |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
  });
  return `# Errors

Every error of ocilab has a code that never changes its meaning. The terminal shows \`ocilab: WHAT WE WERE DOING: WHAT CAME BACK\`, then what
to try, then the code; with \`--json\` standard error holds the same as \`{"error": {"code", "doing", "got", "hint", "facts"}}\`.
The exit code is that of the table; \`ocilab run\` ends with 125 instead, 126 and 127 when the command cannot be executed or found.
This page is printed from \`src/base/codes/\` by \`npm run docs\`.

${sections.join("\n")}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
