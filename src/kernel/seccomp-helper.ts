import { errnoOf } from "../base/errors.ts";
import { seccompFilters } from "../linux/seccomp.ts";
import type { HelperAnswer } from "./seccomp.ts";

// A process of its own: it waits for the other one without letting anything else run, and its death lets the other one go on.
process.stdout.write(JSON.stringify(answer(Number(process.argv[2]))));

function answer(pid: number): HelperAnswer {
  try {
    return {
      filters: seccompFilters(pid).map(({ program, log }) => ({
        program: Buffer.from(program).toString("base64"),
        log,
      })),
    };
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    return { code, message: error instanceof Error ? error.message : code };
  }
}
