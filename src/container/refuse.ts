import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { Bundle } from "../bundle/bundle.ts";
import { commandFault } from "../bundle/command.ts";
import { sayProblems } from "../bundle/create.ts";
import { unlessDenied } from "../bundle/inside.ts";
import type { Problem } from "../oci/spec.ts";

/**
 * End the run when there is an error among the problems. Errors: "container.command-missing" and "container.command-denied" when the
 * program is what is wrong, else "bundle.invalid"; each with all problems in facts.problems.
 */
export function refuseProblems(bundle: Bundle, problems: readonly Problem[]): void {
  const errors = problems.filter(({ level }) => level === "error");
  if (errors.length === 0) return;
  const command = unlessDenied(() => commandFault(bundle), undefined);
  const doing = `run the bundle ${quote(bundle.path)}`;
  const facts = { bundle: bundle.path, problems };
  const hint = errors.find((problem) => problem.hint !== undefined)?.hint;
  if (command === undefined)
    throw new OcilabError("bundle.invalid", { doing, got: sayProblems(errors), hint, facts });
  const code = command.kind === "missing" ? "container.command-missing" : "container.command-denied";
  throw new OcilabError(code, { doing, got: command.problem.says, hint: command.problem.hint, facts });
}
