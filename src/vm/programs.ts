import { findPrograms } from "../base/programs.ts";

/**
 * The command line of a program that the kernel kills when we die, however we die (PR_SET_PDEATHSIG, prctl(2)); the plain one where setpriv(1)
 * is missing.
 */
export function dyingWithUs(file: string, args: readonly string[]): readonly [string, readonly string[]] {
  const guard = findPrograms("setpriv")[0];
  return guard === undefined ? [file, args] : [guard, ["--pdeathsig", "KILL", "--", file, ...args]];
}
