import { isatty } from "node:tty";
import { OcilabError } from "../base/errors.ts";
import type { Context } from "./command.ts";

/** Bytes that are no text go to no terminal, and not where a document goes. Errors: "usage.bad-argument". */
export function refuseStdout({ json }: Pick<Context, "json">): void {
  if (!json && !isatty(1)) return;
  throw new OcilabError("usage.bad-argument", {
    doing: "write an archive to standard output",
    got: json ? "--json prints its document there" : "it is a terminal",
    hint: json ? "write to a file" : "write to a file, or send it through a pipe",
  });
}
