import { readFileSync } from "node:fs";
import { join } from "node:path";

export type MeasuredResult = { readonly result: string; readonly how?: string };
export type MeasuredItem = {
  readonly id: string;
  readonly title: string;
  readonly area: string;
  readonly statements: readonly string[];
  readonly field?: string;
  readonly where: string;
  /** One a runtime, in the order of `runtimes`. */
  readonly results: readonly MeasuredResult[];
};
type Measurer = { readonly kind: string; readonly version: string };
/** docs/runtimes.json. */
export type Measured = {
  readonly runtimes: readonly Measurer[];
  readonly machines: Readonly<Record<string, { readonly kernel: string; readonly cgroup: string }>>;
  readonly items: readonly MeasuredItem[];
};

export function readMeasured(): Measured {
  return JSON.parse(readFileSync(join(import.meta.dirname, "../docs/runtimes.json"), "utf8")) as Measured;
}

/** docs/runtimes.md: the matrix, area by area, and below it what each runtime does instead. */
export function runtimesDocument(measured: Measured): string {
  const { runtimes, machines, items } = measured;
  const areas = [...new Set(items.map(({ area }) => area))];
  const count = (result: string) =>
    runtimes.map((_, index) => items.filter(({ results }) => results[index]?.result === result).length);
  const sums = ["yes", "refuses", "ignores", "deviates", "untried"].map((result) =>
    row([result, ...count(result).map(String)]),
  );
  const kernels = Object.entries(machines).map(
    ([where, { kernel, cgroup }]) => `${where}: Linux ${kernel}, cgroup ${cgroup}`,
  );
  return `# Runtimes

What ${runtimes.length} versions of three runtimes do with ${items.length} items of one contract. Nothing here is taken from a manual: \`node scripts/runtimes.ts\` tries
each item on each runtime in a container of its own (test/runtime/contract) and writes docs/runtimes.json, from which \`npm run docs\`
prints this page. Measured on ${kernels.join("; ")}. runsc ran with \`--network=none --overlay2=none\`.

- **yes**: it does what the item says, seen from inside the container or in a file of the kernel.
- **refuses**: it says no; its words are below.
- **ignores**: it goes on as if nothing had been asked.
- **deviates**: it does something else.
- **–**: could not be tried; the reason is below.

\`ocilab check\` and \`ocilab run\` warn of what the chosen runtime is known to ignore or refuse; \`ocilab compare\` tries one bundle of yours.

${head(["", ...runtimes.map(nameOf)])}
${sums.join("\n")}

${areas.map((area) => section(area, measured)).join("\n")}
## What they do instead

${runtimes.map((runtime, index) => differences(runtime, index, items)).join("\n")}`;
}

function section(area: string, { runtimes, items }: Measured): string {
  const rows = items
    .filter((item) => item.area === area)
    .map(({ title, statements, results }) => {
      const rests = statements.length === 0 ? "" : ` (${statements.join(", ")})`;
      return row([
        `${cell(title)}${rests}`,
        ...results.map(({ result }) =>
          result === "untried" ? "–" : result === "yes" ? "yes" : `**${result}**`,
        ),
      ]);
    });
  return `## ${area[0]?.toUpperCase()}${area.slice(1)}\n\n${head(["", ...runtimes.map(nameOf)])}\n${rows.join("\n")}\n`;
}

function differences(runtime: Measurer, index: number, items: readonly MeasuredItem[]): string {
  const lines = items.flatMap(({ title, results }) => {
    const { result, how } = results[index] ?? { result: "yes" };
    return result === "yes"
      ? []
      : [
          `- ${cell(title)}: ${result === "untried" ? "not tried" : result}${how === undefined ? "" : ` – ${cell(how)}`}`,
        ];
  });
  return `### ${nameOf(runtime)}\n\n${lines.join("\n")}\n`;
}

/** What the measured versions of each kind of runtime know of the fields of config.json: src/runtime/measured.json. */
export function measuredTable({ runtimes, items }: Measured): string {
  const fields = items.flatMap(({ field, results }) => {
    if (field === undefined) return [];
    const kinds = [...new Set(runtimes.map(({ kind }) => kind))].flatMap((kind) => {
      const own = runtimes.flatMap(({ kind: one, version }, index) =>
        one === kind ? [{ version, ...results[index] }] : [],
      );
      const lacking = own.filter(({ result }) => result === "ignores" || result === "refuses").at(-1);
      const after = lacking === undefined ? -1 : own.indexOf(lacking);
      const knowing = own.find(({ result }, index) => result === "yes" && index > after);
      const lacks = lacking === undefined ? {} : { lacks: lacking.version, does: lacking.result };
      const knows = knowing === undefined ? {} : { knows: knowing.version };
      return lacking === undefined && knowing === undefined ? [] : [[kind, { ...lacks, ...knows }] as const];
    });
    return kinds.some(([, known]) => "lacks" in known) ? [[field, Object.fromEntries(kinds)] as const] : [];
  });
  return `${JSON.stringify(Object.fromEntries(fields), undefined, 2)}\n`;
}

function nameOf({ kind, version }: Measurer): string {
  return `${kind} ${version.replace(/^0\.0~/, "")}`;
}

function head(cells: readonly string[]): string {
  return `${row(cells)}\n${row(cells.map(() => "---"))}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("<", "&lt;").replaceAll("*", "\\*");
}
