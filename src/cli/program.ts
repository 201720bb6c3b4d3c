import { readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClaimContext } from "../audit/claim.ts";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import type { RunStep } from "../container/steps.ts";
import type { Reading } from "../kernel/reading.ts";
import { type Look, lookAt, processOf } from "./look.ts";

/** The step of a run after which there is a process to look at. */
export type Created = Extract<RunStep, { kind: "created" }>;

/** A look at a container, and whether its own program was there to be seen or only the runtime's, waiting to start it. */
export type ProgramLook = Look & { readonly of: "program" | "waiting" };

/**
 * Look at a container that was just started, once its program has taken the runtime's place in the process. A program that ends sooner
 * than that cannot be seen: then the earlier look at the waiting process counts.
 */
export async function lookAtProgram(
  { state, bundle, runtime }: Created,
  earlier: Look,
  { signal, hooks }: Cancel & Pick<ClaimContext, "hooks">,
): Promise<ProgramLook> {
  const { pid } = processOf(state);
  const started = { ...state, status: "running" as const, pid };
  try {
    await untilExecuted(pid, earlier.view.program.executable);
    return {
      ...(await lookAt(started, bundle.spec, { signal, bundle: bundle.path, runtime, hooks })),
      of: "program",
    };
  } catch (error) {
    const ended = error instanceof OcilabError && error.code === "kernel.no-process";
    if (!ended) throw error;
    return { ...earlier, of: "waiting" };
  }
}

/** Wait until the process has another executable than the runtime's, at most half a second. */
async function untilExecuted(pid: number, before: Reading<string>): Promise<void> {
  for (let waited = 0; waited < 500; waited += 2) {
    const executable = executableOf(pid);
    if (executable === undefined || !before.ok || executable !== before.value) return;
    await sleep(2);
  }
}

function executableOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}
