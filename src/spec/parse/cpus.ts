import { badValue } from "./bad-value.ts";

/** CFS bandwidth: `quota` microseconds of CPU in every `period` microseconds. */
export type CpuBandwidth = { readonly quota: number; readonly period: number };

/** How many CPUs' worth of time, at least 0.01: "1.5" → 150 ms in every 100 ms. Errors: "spec.bad-option". */
export function parseCpus(text: string): CpuBandwidth {
  const period = 100_000;
  const cpus = /^(\d+(\.\d+)?|\.\d+)$/.test(text.trim()) ? Number(text) : Number.NaN;
  const quota = Math.round(cpus * period);
  const form = 'a number of at least 0.01, for example "1.5"';
  if (Number.isNaN(quota)) throw badValue("number of CPUs", text, { got: "it is no decimal number", form });
  // The kernel takes no quota below one millisecond (Documentation/scheduler/sched-bwc.rst).
  if (quota < 1000)
    throw badValue("number of CPUs", text, { got: "it is less than the kernel's 0.01", form });
  if (quota > Number.MAX_SAFE_INTEGER)
    throw badValue("number of CPUs", text, { got: "it is too large", form });
  return { quota, period };
}

/**
 * A list of CPUs or memory nodes in the kernel's list format (cpuset(7)): "0", "0-3", "0,2-4". Returned without spaces.
 * Errors: "spec.bad-option".
 */
export function parseIndexList(text: string): string {
  const form = 'numbers and ranges with commas between, for example "0,2-4"';
  const parts = text.split(",").map((part) => part.trim());
  for (const part of parts) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
    if (match === null)
      throw badValue("list", text, { got: `${JSON.stringify(part)} is neither number nor range`, form });
    if (match[2] !== undefined && Number(match[2]) < Number(match[1])) {
      throw badValue("list", text, { got: `the range ${part} runs backwards`, form });
    }
  }
  return parts.join(",");
}
