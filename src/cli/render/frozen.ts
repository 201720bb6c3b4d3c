import type { Frozen } from "../freeze.ts";
import { oneLine, paint, type Terminal } from "./terminal.ts";

/** "web is frozen  FILE", as the kernel says; what contradicts `asked` is red. */
export function renderFrozen(
  { id, frozen, source, why }: Frozen,
  { asked, terminal }: { readonly asked: boolean; readonly terminal: Terminal },
): string {
  const file = paint(oneLine(source), "dim", terminal);
  if (frozen === null)
    return `${oneLine(id)}: not known whether it is frozen: ${oneLine(why ?? "")}  ${file}\n`;
  const text = `${oneLine(id)} is ${frozen ? "frozen" : "not frozen"}`;
  return `${frozen === asked ? text : paint(text, "red", terminal)}  ${file}\n`;
}
