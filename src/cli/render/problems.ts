import type { Problem } from "../../oci/spec.ts";
import { oneLine, paint, type Terminal, wrap } from "./terminal.ts";
import { count } from "./value.ts";

/** Problems for people: level and place, what is wrong, what to do; errors first. */
export function renderProblems(problems: readonly Problem[], terminal: Terminal): string {
  const sorted = [...problems].sort((a, b) => rank(a) - rank(b));
  return sorted.map((problem) => renderProblem(problem, terminal)).join("");
}

/** "2 errors, 1 warning". */
export function problemSum(problems: readonly Problem[]): string {
  const errors = problems.filter(({ level }) => level === "error").length;
  const warnings = problems.length - errors;
  const parts = [errors > 0 ? count(errors, "error") : "", warnings > 0 ? count(warnings, "warning") : ""];
  return parts.filter((part) => part !== "").join(", ") || "no problems";
}

function rank({ level }: Problem): number {
  return level === "error" ? 0 : 1;
}

function renderProblem(problem: Problem, terminal: Terminal): string {
  const level = paint(problem.level, problem.level === "error" ? "red" : "yellow", terminal);
  const place = paint(problem.at === "" ? "/" : oneLine(problem.at), "bold", terminal);
  const [first = "", ...excerpt] = problem.says.split("\n");
  const said = [wrap(oneLine(first), terminal.columns - 4, "    "), ...excerpt.map(oneLine)].join("\n    ");
  const hint =
    problem.hint === undefined
      ? ""
      : `    ${paint("try:", "cyan", terminal)} ${wrap(oneLine(problem.hint), terminal.columns - 9, "         ")}\n`;
  const from = [problem.from, problem.statement].filter((part) => part !== undefined).join(" ");
  return `${level} ${place} ${paint(`(${from})`, "dim", terminal)}\n    ${said}\n${hint}`;
}
