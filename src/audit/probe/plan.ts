import { callNumbers } from "../../kernel/parse/seccomp/rules.ts";
import type { ProbeTrial } from "../../kernel/probe.ts";
import type { Seccomp, SeccompSyscall } from "../../oci/spec.ts";
import { type CallArguments, speaksOf, trialsOf, type WantedAnswer, wantedOf } from "../seccomp-answers.ts";
import { commonCalls, type HarmlessCall, harmlessCalls, withArguments } from "./calls.ts";

/** A call that the probe is to make; `name` is undefined for a number that no call has. */
export type PlannedCall = {
  readonly name: string | undefined;
  readonly architecture: string;
  readonly trial: ProbeTrial;
};

/** A number far beyond those of all calls. */
const noCall = 100_000;

/** The architecture whose calls the probe makes as programs do. */
export const nativeArchitecture = "SCMP_ARCH_X86_64";

/**
 * The calls to try so that every rule of a filter, its default and its architectures can be judged from the answers: each harmless
 * (calls.ts), with arguments on and around the numbers that rules' conditions name. Each stands in the list once.
 */
export function planCalls(seccomp: Seccomp): readonly PlannedCall[] {
  const { syscalls = [], architectures = [] } = seccomp;
  const planned = [
    ...syscalls.flatMap((rule) => callsOfRule(seccomp, rule)),
    ...[...harmlessCalls.keys()].flatMap((name) => callsNamed(seccomp, name, [{}])),
    { name: undefined, architecture: nativeArchitecture, trial: unknownCall(seccomp) },
    ...architectures.flatMap((architecture) => foreignCalls(seccomp, architecture)),
  ];
  return [...new Map(planned.map((one) => [keyOf(one), one])).values()];
}

function keyOf({ architecture, trial: { number, args } }: PlannedCall): string {
  return `${architecture} ${number} ${args.join(" ")}`;
}

function callsOfRule(seccomp: Seccomp, rule: SeccompSyscall): readonly PlannedCall[] {
  return rule.names.flatMap((name) => callsNamed(seccomp, name, trialsOf(rule)));
}

function callsNamed(
  seccomp: Seccomp,
  name: string,
  choices: readonly CallArguments[],
): readonly PlannedCall[] {
  const number = callNumbers(nativeArchitecture)?.get(name);
  const call = harmlessCalls.get(name);
  if (number === undefined || call === undefined) return [];
  return choices.flatMap((given) => {
    const args = withArguments(call, given);
    if (args === undefined) return [];
    const trial = { number, args, ...howToCall(seccomp, name, call) };
    return [{ name, architecture: nativeArchitecture, trial }];
  });
}

/** A filter's kill is tried in a second thread, unless the call itself would end that. */
function howToCall(
  seccomp: Seccomp,
  name: string | undefined,
  { forks, ends }: Pick<HarmlessCall, "forks" | "ends">,
): Pick<ProbeTrial, "entry" | "thread" | "forks"> {
  const kills = wishesFor(seccomp, name).some(({ action }) => action.startsWith("SCMP_ACT_KILL"));
  return { entry: "native", thread: kills && !ends && !forks, forks };
}

/** What any rule about a call, or the default, may ask of it. */
export function wishesFor(
  { syscalls = [], defaultAction, defaultErrnoRet }: Seccomp,
  name: string | undefined,
): readonly WantedAnswer[] {
  const rules = syscalls.filter(({ names }) => name !== undefined && names.includes(name));
  return [
    wantedOf(defaultAction, defaultErrnoRet),
    ...rules.map(({ action, errnoRet }) => wantedOf(action, errnoRet)),
  ];
}

function unknownCall(seccomp: Seccomp): ProbeTrial {
  const args = [0n, 0n, 0n, 0n, 0n, 0n];
  return { number: noCall, args, ...howToCall(seccomp, undefined, { forks: false, ends: false }) };
}

const entries: Readonly<Record<string, ProbeTrial["entry"]>> = {
  SCMP_ARCH_X86: "x86",
  SCMP_ARCH_X32: "native",
};

/** The other two architectures of whose calls a program for x86-64 can make some. */
function foreignCalls(seccomp: Seccomp, architecture: string): readonly PlannedCall[] {
  const entry = entries[architecture];
  const numbers = callNumbers(architecture);
  if (entry === undefined || numbers === undefined) return [];
  return commonCalls.flatMap((name) => {
    const number = numbers.get(name);
    const call = harmlessCalls.get(name);
    if (number === undefined || call === undefined) return [];
    return [
      { name, architecture, trial: { number, args: call.args, ...howToCall(seccomp, name, call), entry } },
    ];
  });
}

/** What the probe may do before it tries a call (src/linux/probe): what the rules allow. Undefined: nothing would end a call that never comes back. */
export function planSetup(seccomp: Seccomp):
  | {
      readonly alarm: "alarm" | "setitimer";
      readonly handler: boolean;
      readonly undumpable: boolean;
    }
  | undefined {
  const allowed = (name: string, args: CallArguments): boolean =>
    ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG"].includes(wantedFor(seccomp, name, args).action);
  const alarm = allowed("alarm", { 0: 5n }) ? "alarm" : allowed("setitimer", {}) ? "setitimer" : undefined;
  if (alarm === undefined) return undefined;
  const handler = allowed("rt_sigaction", { 0: 31n, 3: 8n });
  return { alarm, handler, undumpable: allowed("prctl", { 0: 4n }) };
}

/** What the config asks of one call with these arguments: the first rule that speaks of it, else the default. */
function wantedFor(
  { syscalls = [], defaultAction, defaultErrnoRet }: Seccomp,
  name: string,
  args: CallArguments,
): WantedAnswer {
  const rule = syscalls.find((one) => one.names.includes(name) && speaksOf(one, args));
  return rule === undefined ? wantedOf(defaultAction, defaultErrnoRet) : wantedOf(rule.action, rule.errnoRet);
}
