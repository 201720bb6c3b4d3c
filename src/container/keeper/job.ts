import type { Configuration } from "../../base/configuration.ts";
import { parseJson } from "../../oci/json.ts";
import type { Spec } from "../../oci/spec.ts";
import type { CreateFlags, GlobalFlags } from "../../runtime/argv.ts";
import type { RestoreFlags } from "../../runtime/argv-checkpoint.ts";
import type { ContainerRecord } from "../records.ts";

/** What a keeper is to do. It comes as the first line of its standard input. */
export type KeeperJob =
  | (Kept & {
      /** Create the container, tell its pid, wait for "go", start it, and keep it. */
      readonly kind: "create";
      readonly spec: Spec;
      readonly flags: Omit<GlobalFlags, "root">;
      readonly create: Pick<CreateFlags, "noPivot" | "noNewKeyring" | "pidFile">;
      /** Make it of a checkpoint's images instead; it runs then without "go". What fails leaves record, log and bundle as they were. */
      readonly restore?: RestoreFlags | undefined;
      /** Hold its standard input open, for whoever attaches; else it is empty. */
      readonly input: boolean;
      /** Remove it when it has ended. */
      readonly remove: boolean;
    })
  /** Keep a container that runs already; the master of its terminal is descriptor 3. */
  | (Kept & { readonly kind: "adopt"; readonly pid: number })
  /** Read and forget what comes from the terminal behind descriptor 3, until it is closed. */
  | { readonly kind: "drain" };

type Kept = {
  readonly configuration: Configuration;
  readonly record: ContainerRecord;
  /** Bytes of the log, see openLog. */
  readonly logLimit: number;
};

export type CreateJob = Extract<KeeperJob, { readonly kind: "create" }>;
export type AdoptJob = Extract<KeeperJob, { readonly kind: "adopt" }>;

/** What the keeper tells whoever started it, one line of JSON each. */
export type KeeperReport =
  | { readonly step: "created"; readonly pid: number }
  | { readonly step: "started" }
  | { readonly step: "failed"; readonly error: ReportedError };

/** An error of ocilab, or with another's words and no code. */
export type ReportedError = {
  readonly code: string | null;
  readonly doing: string;
  readonly got: string;
  readonly hint: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
};

/** The line was written by `startKeeper`: its shape is known. */
export function parseJob(line: string): KeeperJob {
  return parseJson(line, { name: "the job of a keeper" }) as KeeperJob;
}
