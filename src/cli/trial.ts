import type { AuditSummary } from "../audit/audit.ts";
import type { ContainerExit } from "../container/exit.ts";
import type { RuntimeKind } from "../runtime/kinds.ts";

export type Refusal = {
  readonly verb: "create" | "start";
  readonly code: string;
  readonly got: string;
  readonly hint?: string;
  /** The runtime's own. */
  readonly words?: string;
};

/** What one runtime did with a bundle. */
export type Trial = {
  /** Name and version. */
  readonly runtime: string;
  /** Of its program, absolute. */
  readonly path: string;
  readonly kind: RuntimeKind;
  readonly version: string;
  /** True when the program was started. */
  readonly accepted: boolean;
  readonly refusal?: Refusal;
  /** The container's status after create and after start; a short program may have ended by then. */
  readonly states?: { readonly created: string; readonly started?: string };
  /** Absent when the program was still running after two seconds, and was killed. */
  readonly exit?: ContainerExit;
  /** What it wrote to standard output and error, at most 4096 characters. */
  readonly output?: string;
  /** Whether the kernel was asked about the program, or about the process that waits for start because the program ended too soon on one of the runtimes. */
  readonly of?: "program" | "waiting";
  /** What the kernel shows of the process, by name. Absent for sandboxes, whose processes the kernel does not know. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly audit?: AuditSummary;
  /** By verb. */
  readonly milliseconds: Readonly<Record<string, number>>;
};

/** One thing in which the runtimes differ. */
export type Difference = {
  readonly about: "acceptance" | "message" | "state" | "exit" | "output" | "kernel" | "audit";
  /** Which fact: its name, or a JSON pointer into config.json. */
  readonly what: string;
  /** Statements of the runtime specification that speak of it. */
  readonly statements: readonly string[];
  /** One entry a runtime, in the order given; null where it has none. */
  readonly values: readonly { readonly runtime: string; readonly value: unknown }[];
};

export type Comparison = {
  readonly bundle: string;
  readonly same: boolean;
  readonly trials: readonly Trial[];
  readonly differences: readonly Difference[];
};

/**
 * What differs between trials, pure. Messages differ when their meaning does, not their wording; times are no difference, nor are inode numbers of namespaces in the output; a runtime that shows no
 * kernel view (a sandbox) is left out of what the kernel says. `statements` are those of each pointer's claims.
 */
export function compareTrials(
  trials: readonly Trial[],
  statements: (pointer: string) => readonly string[],
): readonly Difference[] {
  const viewed = trials.filter(({ facts }) => facts !== undefined);
  const names = [...new Set(viewed.flatMap(({ facts }) => Object.keys(facts ?? {})))];
  const points = [...new Set(viewed.flatMap(({ audit }) => (audit?.findings ?? []).map(({ at }) => at)))];
  const verdictOf = ({ audit }: Trial, at: string) =>
    audit?.findings.find((finding) => finding.at === at)?.verdict ?? null;
  const started = trials.filter(({ accepted }) => accepted);
  const refused = trials.filter(({ accepted }) => !accepted);
  return [
    ...differ({
      about: "acceptance",
      what: "create and start",
      statements: ["RT-LIFE-02"],
      trials,
      value: ({ accepted, refusal }) => (accepted ? "accepted" : `refused by ${refusal?.verb}`),
    }),
    ...differ({
      about: "message",
      what: "what the refusal means",
      statements: ["RT-LIFE-02"],
      trials: refused,
      value: ({ refusal }) => refusal?.code ?? null,
    }),
    ...differ({
      about: "state",
      what: "status after create",
      statements: ["RT-STATE-05"],
      trials: started,
      value: ({ states }) => states?.created ?? null,
    }),
    ...differ({
      about: "exit",
      what: "exit code",
      statements: [],
      trials: started.filter(({ facts }) => facts !== undefined),
      value: ({ exit }) => exit?.exitCode ?? null,
    }),
    ...differ({
      about: "output",
      what: "standard output and error",
      statements: [],
      trials: started,
      value: ({ output }) => output?.replace(/:\[\d+\]/g, ":[…]") ?? null,
    }),
    ...points.flatMap((at) =>
      differ({
        about: "audit",
        what: at,
        statements: statements(at),
        trials: viewed,
        value: (trial) => verdictOf(trial, at),
      }),
    ),
    ...names.flatMap((what) =>
      differ({
        about: "kernel",
        what,
        statements: [],
        trials: viewed,
        value: ({ facts }) => facts?.[what] ?? null,
      }),
    ),
  ];
}

type Question = Omit<Difference, "values"> & {
  readonly trials: readonly Trial[];
  readonly value: (trial: Trial) => unknown;
};

function differ({ trials, value, ...rest }: Question): readonly Difference[] {
  const values = trials.map((trial) => ({ runtime: trial.runtime, value: value(trial) }));
  return new Set(values.map((one) => JSON.stringify(one.value))).size > 1 ? [{ ...rest, values }] : [];
}
