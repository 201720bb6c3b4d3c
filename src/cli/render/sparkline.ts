const bars = "▁▂▃▄▅▆▇█";

/** The last `width` values as bars between 0 and `most` (default: the largest); an undefined value is a gap. */
export function sparkline(
  values: readonly (number | undefined)[],
  { width, most }: { readonly width: number; readonly most?: number | undefined },
): string {
  const shown = values.slice(-Math.max(0, width));
  const top = most ?? Math.max(0, ...shown.map((value) => value ?? 0));
  const bar = (value: number | undefined): string => {
    if (value === undefined) return " ";
    if (top <= 0 || value <= 0) return bars[0] ?? "";
    return bars[Math.min(bars.length - 1, Math.floor((value / top) * bars.length))] ?? "";
  };
  return shown.map(bar).join("").padStart(Math.max(0, width));
}
