import type { Reading } from "../../kernel/reading.ts";
import { table } from "./table.ts";
import { oneLine, paint, type Terminal } from "./terminal.ts";
import { cpuPercent, type UsageSample } from "./usage.ts";
import { bytes } from "./value.ts";

/** The latest looks at a container, at most two, the older first. */
export type ContainerSamples = { readonly id: string; readonly samples: readonly UsageSample[] };

/** Containers as a table with docker's columns, and the pressure on them. A dash stands for what cannot be read. */
export function statsTable(containers: readonly ContainerSamples[], terminal: Terminal): string {
  const heading = [
    "ID",
    "CPU",
    "MEMORY",
    "LIMIT",
    "MEMORY %",
    "READ",
    "WRITTEN",
    "PIDS",
    "PRESSURE cpu/memory/io",
  ];
  const rows = containers.map(({ id, samples }) => {
    const cpu = cpuPercent(samples);
    const usage = samples.at(-1)?.usage;
    if (usage === undefined) return [oneLine(id)];
    const { memory, memoryLimit, readBytes, writtenBytes, processes, pressure } = usage;
    return [
      oneLine(id),
      cpu === undefined ? "–" : `${cpu.toFixed(1)} %`,
      said(memory, bytes),
      said(memoryLimit, (limit) => (limit === "max" ? "none" : bytes(limit))),
      share(memory, memoryLimit),
      said(readBytes, bytes),
      said(writtenBytes, bytes),
      said(processes, String),
      [pressure.cpu, pressure.memory, pressure.io]
        .map((one) => said(one, (value) => value.toFixed(1)))
        .join(" / "),
    ];
  });
  const style = (text: string, { row }: { readonly row: number }) =>
    row === 0 ? paint(text, "dim", terminal) : text;
  return table([heading, ...rows], { terminal, style });
}

/** The same as documents, each number with the file that says it. */
export function statsDocuments(containers: readonly ContainerSamples[]): readonly unknown[] {
  return containers.flatMap(({ id, samples }) => {
    const last = samples.at(-1);
    if (last === undefined) return [];
    return [{ id, time: last.time, cpuPercent: cpuPercent(samples) ?? null, usage: last.usage }];
  });
}

function said<T>(reading: Reading<T>, show: (value: T) => string): string {
  return reading.ok ? show(reading.value) : "–";
}

function share(memory: Reading<number | bigint>, limit: Reading<number | bigint | "max">): string {
  if (!memory.ok || !limit.ok || limit.value === "max" || Number(limit.value) === 0) return "–";
  return `${((100 * Number(memory.value)) / Number(limit.value)).toFixed(1)} %`;
}
