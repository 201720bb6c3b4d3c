import { readConfiguration } from "../../src/base/configuration.ts";
import { OcilabError } from "../../src/base/errors.ts";
import { runExitCode } from "../../src/container/exit.ts";
import { runContainer } from "../../src/container/run.ts";
import { parseContainerId } from "../../src/oci/container-id.ts";
import { withCommand } from "../../src/spec/options/arguments.ts";

/** What the tests want of a run; the tests start this file as a program, so that it gets signals and a terminal of its own. */
export type DriverWish = {
  readonly reference: string;
  readonly command?: readonly string[];
  readonly runtime?: string;
  readonly id?: string;
  readonly terminal?: boolean;
  /** Write each step's name to standard error. */
  readonly steps?: boolean;
};

if (process.argv[1] === import.meta.filename)
  process.exitCode = await drive(JSON.parse(process.argv[2] ?? "{}"));

async function drive({ reference, command, runtime, id, terminal, steps }: DriverWish): Promise<number> {
  try {
    const result = await runContainer(reference, {
      configuration: readConfiguration(),
      runtime,
      id: id === undefined ? undefined : parseContainerId(id),
      terminal,
      specOptions: command === undefined ? [] : [withCommand(command)],
      onStep: (step) => {
        const more = step.kind === "removed" ? ` left=${JSON.stringify(step.remains.left)}` : "";
        if (steps === true) process.stderr.write(`step ${step.kind}${more}\n`);
      },
    });
    return result.exitCode;
  } catch (error) {
    const code = error instanceof OcilabError ? error.code : "unknown";
    process.stderr.write(`error ${code}: ${error instanceof Error ? error.message : String(error)}\n`);
    return runExitCode(error);
  }
}
