import type { WindowSize } from "../linux/terminal.ts";
import { ask } from "./asked.ts";
import { descriptorKind } from "./parse/descriptors.ts";
import { unread } from "./read.ts";
import type { KernelFiles, Reading } from "./reading.ts";

/** Size of the terminal that a link of /proc/PID/fd names. Nothing else is opened: a fifo would wait, and /dev/ptmx makes a new terminal. */
export async function readWindowSize(
  files: KernelFiles,
  link: Reading<string>,
): Promise<Reading<WindowSize>> {
  if (!link.ok) return link;
  const source = `ioctl(TIOCGWINSZ) of ${link.source}`;
  if (descriptorKind(link.value) !== "terminal" || link.value.endsWith("ptmx"))
    return unread(source, "absent", "it is no terminal");
  return ask(files, source, (calls) => calls.windowSize(link.source));
}
