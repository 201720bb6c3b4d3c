import { OcilabError } from "../base/errors.ts";
import { printable, quote } from "../base/text.ts";
import type { Ending } from "./machine.ts";

/** How far the machine had come. */
export type Stage = "start" | "command";

/** The error for a machine that ended by itself: what its console and QEMU said last decides. Pure. */
export function endingError(
  ending: Ending,
  { stage, memory }: { readonly stage: Stage; readonly memory: number },
): OcilabError {
  const parts = (got: string, hint?: string) => ({
    doing: stage === "start" ? "start the machine" : "run the command in the machine",
    got: `${got}${lastWords(ending)}`,
    hint,
    facts: { exitCode: ending.exitCode ?? null, signal: ending.signal ?? null, console: ending.console },
  });
  const { console, qemu, signal, exitCode } = ending;
  const more = "give the machine more with --memory";
  if (/Kernel panic.*Out of memory|Out of memory.*panic_on_oom|System is deadlocked on memory/i.test(console))
    return new OcilabError("vm.out-of-memory", parts(`the machine used up its ${memory} MiB`, more));
  const panic = /Kernel panic[^\r\n]*/.exec(console)?.[0];
  if (panic !== undefined)
    return new OcilabError("vm.panic", parts(`the machine's kernel panicked: ${quote(panic)}`));
  if (/annot allocate memory|annot set up guest memory/.test(qemu))
    return new OcilabError(
      "vm.out-of-memory",
      parts(`the host has no ${memory} MiB for it`, "ask for less with --memory"),
    );
  const how =
    signal === undefined
      ? `QEMU ended with exit code ${exitCode ?? "unknown"}`
      : `QEMU was ended by ${signal}`;
  const code = stage === "start" ? "vm.not-started" : "vm.ended";
  return new OcilabError(code, parts(`${how} before the command had a result`));
}

/** The error for a machine that took too long. */
export function timeoutError(
  console: string,
  { stage, seconds }: { readonly stage: Stage; readonly seconds: number },
): OcilabError {
  const got =
    stage === "start"
      ? `the machine was not up after ${seconds} s`
      : `the command was still running after ${seconds} s`;
  return new OcilabError("vm.timeout", {
    doing: stage === "start" ? "start the machine" : "run the command in the machine",
    got: `${got}${lastWords({ qemu: "", console })}`,
    facts: { seconds, console },
  });
}

function lastWords({ qemu, console }: Pick<Ending, "qemu" | "console">): string {
  const said = (who: string, lines: readonly string[]) =>
    lines.join("").trim() === "" ? "" : `\n${who}:\n${printable(lines.join("\n"), 3000)}`;
  return `${said("QEMU said", linesOf(qemu).slice(-20))}${said("the end of its console", consoleEnd(linesOf(console)))}`;
}

/** The last lines; of a panic those around its reason, since a page of registers follows it. */
function consoleEnd(lines: readonly string[]): readonly string[] {
  const panic = lines.findIndex((line) => line.includes("Kernel panic"));
  return panic < 0 ? lines.slice(-20) : lines.slice(Math.max(0, panic - 5), panic + 15);
}

function linesOf(text: string): readonly string[] {
  return text.replaceAll("\r", "").trim().split("\n");
}
