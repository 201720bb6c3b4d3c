import type { Reading } from "../../kernel/reading.ts";
import type { Usage } from "../../kernel/usage.ts";
import type { Picture } from "../screen.ts";
import { sparkline } from "./sparkline.ts";
import { cut, oneLine, pad, paint, type Terminal } from "./terminal.ts";
import { bytes } from "./value.ts";

/** The usage at one moment; `at` in milliseconds of a clock that never goes back. */
export type UsageSample = { readonly at: number; readonly time: string; readonly usage: Usage };

/** One thing that is watched: its newest value in words, its values for the bars, and what a full bar stands for. */
type Gauge = {
  readonly label: string;
  readonly text: string;
  readonly values: readonly (number | undefined)[];
  readonly most?: number | undefined;
};

/** The live picture: a line a gauge, the newest value and bars of those before. */
export function usagePicture(
  samples: readonly UsageSample[],
  { title, terminal }: { readonly title: string; readonly terminal: Terminal },
): Picture {
  return ({ columns, rows }) => {
    const room = { ...terminal, columns };
    const width = Math.max(0, columns - 46);
    const lines = gauges(samples).map(({ label, text, values, most }) => {
      const bars = width < 8 ? "" : paint(sparkline(values, { width, most }), "green", room);
      return `  ${paint(pad(label, 16), "cyan", room)}  ${pad(cut(text, 24), 24)}  ${bars}`;
    });
    const head = paint(cut(oneLine(title), columns), "bold", room);
    return [head, "", ...lines, "", paint(cut("q leaves", columns), "dim", room)].slice(0, rows);
  };
}

/** The newest sample on one line, as for a file: "2026-11-22T12:00:01Z memory 1.2 MiB of 64 MiB, cpu 3.0 %, …". */
export function usageLine(samples: readonly UsageSample[]): string {
  const known = gauges(samples).filter(({ text }) => text !== "–");
  return `${samples.at(-1)?.time ?? ""} ${known.map(({ label, text }) => `${label} ${text}`).join(", ")}\n`;
}

/** CPU time between the last two samples, in percent of one CPU; undefined before there are two. */
export function cpuPercent(samples: readonly UsageSample[]): number | undefined {
  const rate = rates(samples, ({ cpu }) => cpu).at(-1);
  return rate === undefined ? undefined : rate / 10_000;
}

function gauges(samples: readonly UsageSample[]): readonly Gauge[] {
  const last = samples.at(-1)?.usage;
  if (last === undefined) return [];
  const cpu = rates(samples, (usage) => usage.cpu).map((rate) =>
    rate === undefined ? undefined : rate / 10_000,
  );
  const read = rates(samples, (usage) => usage.readBytes);
  const written = rates(samples, (usage) => usage.writtenBytes);
  return [
    {
      label: "memory",
      text: withLimit(last.memory, last.memoryLimit, bytes),
      values: samples.map(({ usage }) => numberOf(usage.memory)),
      most: numberOf(last.memoryLimit),
    },
    {
      label: "cpu",
      text: said(cpu.at(-1), percent),
      values: cpu,
      most: Math.max(100, ...cpu.map((one) => one ?? 0)),
    },
    {
      label: "processes",
      text: withLimit(last.processes, last.processLimit, String),
      values: samples.map(({ usage }) => numberOf(usage.processes)),
      most: numberOf(last.processLimit),
    },
    { label: "read", text: said(read.at(-1), perSecond), values: read },
    { label: "written", text: said(written.at(-1), perSecond), values: written },
    ...(["cpu", "memory", "io"] as const).map((name) => ({
      label: `${name} pressure`,
      text: said(numberOf(last.pressure[name]), percent),
      values: samples.map(({ usage }) => numberOf(usage.pressure[name])),
      most: 100,
    })),
  ];
}

/** Growth a second between each sample and the one before; the first has none. */
function rates(
  samples: readonly UsageSample[],
  pick: (usage: Usage) => Reading<number | bigint | "max">,
): readonly (number | undefined)[] {
  return samples.map(({ at, usage }, index) => {
    const before = samples[index - 1];
    if (before === undefined) return undefined;
    const [now, then] = [numberOf(pick(usage)), numberOf(pick(before.usage))];
    const seconds = (at - before.at) / 1000;
    return now === undefined || then === undefined || seconds <= 0 ? undefined : (now - then) / seconds;
  });
}

function numberOf(reading: Reading<number | bigint | "max">): number | undefined {
  return reading.ok && reading.value !== "max" ? Number(reading.value) : undefined;
}

function withLimit(
  value: Reading<number | bigint>,
  limit: Reading<number | bigint | "max">,
  show: (value: number | bigint) => string,
): string {
  if (!value.ok) return "–";
  const most = limit.ok && limit.value !== "max" ? ` of ${show(limit.value)}` : "";
  return `${show(value.value)}${most}`;
}

function said(value: number | undefined, show: (value: number) => string): string {
  return value === undefined ? "–" : show(value);
}

function percent(value: number): string {
  return `${value.toFixed(1)} %`;
}

function perSecond(value: number): string {
  return `${bytes(Math.round(value))}/s`;
}
