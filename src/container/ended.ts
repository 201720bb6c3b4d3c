import type { Configuration } from "../base/configuration.ts";
import { type ExitRecord, readExit } from "./keeper/exit-file.ts";
import { keeperFiles } from "./keeper/files.ts";
import { type ContainerRecord, isKept } from "./records.ts";

/** How a detached container ended, as far as it is known; for one that runs, and one that nobody keeps, nothing. */
export type Ended = { readonly exit?: Pick<ExitRecord, "exitCode" | "signal" | "why"> };

/** Why there is no exit code when a keeper has left none. */
export const keeperKilled = "its keeper was killed before it could write the exit code down";

/** How the container of a record has ended, as its keeper wrote it down. */
export function endedOf(
  record: ContainerRecord | undefined,
  { configuration }: { readonly configuration: Configuration },
): Ended {
  if (record?.keeper === undefined) return {};
  const exit = readExit(keeperFiles(configuration, record.id).exit);
  if (exit !== undefined) {
    const { exitCode, signal, why } = exit;
    return { exit: { exitCode, signal, why } };
  }
  return isKept(record) ? {} : { exit: { exitCode: null, signal: null, why: keeperKilled } };
}
