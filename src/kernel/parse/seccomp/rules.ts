import type { SeccompAnswer, SeccompArchitecture, SeccompCase, SeccompRules } from "../../view-parts.ts";
import { bad, good, type Parsed } from "../parsed.ts";
import { callsGeneric } from "./calls-generic.ts";
import { callsX32 } from "./calls-x32.ts";
import { callsX86 } from "./calls-x86.ts";
import { callsX8664 } from "./calls-x86-64.ts";
import { simplify } from "./cases.ts";
import { type Call, type Path, pathsOf } from "./paths.ts";
import { type Instruction, parseProgram } from "./program.ts";

type Calls = readonly (readonly [number, string])[];
type Architecture = {
  /** AUDIT_ARCH_ of linux/audit.h. */
  readonly audit: number;
  readonly calls: readonly Calls[];
  /** __X32_SYSCALL_BIT */
  readonly bit?: number;
};

/** By the names of the runtime specification. */
const architectures: Readonly<Record<string, Architecture>> = {
  SCMP_ARCH_X86_64: { audit: 0xc000003e, calls: [callsX8664] },
  SCMP_ARCH_X32: { audit: 0xc000003e, calls: [callsX8664, callsX32], bit: 0x40000000 },
  SCMP_ARCH_X86: { audit: 0x40000003, calls: [callsX86] },
  SCMP_ARCH_AARCH64: { audit: 0xc00000b7, calls: [callsGeneric] },
  SCMP_ARCH_RISCV64: { audit: 0xc00000f3, calls: [callsGeneric] },
};

/** The calls of an architecture by name, with their numbers as struct seccomp_data has them; undefined for one without a table here. */
export function callNumbers(architecture: string): ReadonlyMap<string, number> | undefined {
  const known = architectures[architecture];
  if (known === undefined) return undefined;
  const { calls, bit = 0 } = known;
  return new Map(
    calls
      .flat()
      .flatMap(([first, names]) =>
        names.split(" ").map((name, index) => [name, first + index + bit] as const),
      ),
  );
}

/** A filter as it was installed (src/linux/seccomp.ts). */
export type FilterProgram = { readonly program: Uint8Array; readonly log: boolean };

/**
 * What the filters of a process answer to every system call of the architectures that they know, found by following each program for each
 * call with its arguments left open. `native` names the architecture of this machine, which is always among them. The strictest
 * answer of all filters counts (seccomp(2)). Malformed: a program that the kernel would not have taken, or one with too many ways through it.
 */
export function seccompRules(
  filters: readonly FilterProgram[],
  { native }: { readonly native: string },
): Parsed<SeccompRules> {
  const programs: (readonly Instruction[])[] = [];
  for (const { program } of filters) {
    const parsed = parseProgram(program);
    if (!parsed.ok) return parsed;
    programs.push(parsed.value);
  }
  const rows: [string, SeccompArchitecture][] = [];
  for (const [name, architecture] of Object.entries(architectures)) {
    const mentioned = programs.some((program) => program.some(({ k }) => k === architecture.audit));
    if (!mentioned && name !== native) continue;
    const rules = rulesOf(programs, architecture);
    if (rules === undefined) return bad("a filter that can be followed", `${name}: too many ways through it`);
    rows.push([name, rules]);
  }
  return good({
    filters: filters.map(({ program, log }) => ({
      instructions: program.length / 8,
      flags: log ? ["SECCOMP_FILTER_FLAG_LOG"] : [],
    })),
    architectures: Object.fromEntries(rows),
    otherArchitectures: sole(casesOf(programs, { architecture: 1, number: 0 })),
  });
}

function rulesOf(
  programs: readonly (readonly Instruction[])[],
  { audit, calls, bit = 0 }: Architecture,
): SeccompArchitecture | undefined {
  const answers: [string, readonly SeccompCase[]][] = [];
  const numbers = new Set<number>();
  for (const [first, names] of calls.flat()) {
    for (const [index, name] of names.split(" ").entries()) {
      const number = first + index;
      numbers.add(number);
      const cases = casesOf(programs, { architecture: audit, number: number + bit });
      if (cases === undefined) return undefined;
      answers.push([name, cases]);
    }
  }
  const others = [...unknownNumbers(numbers)].map((number) =>
    sole(casesOf(programs, { architecture: audit, number: number + bit })),
  );
  const [other] = others;
  const agree = others.every((one) => one?.action === other?.action && one?.data === other?.data);
  return { calls: Object.fromEntries(answers), otherCalls: agree ? other : undefined };
}

/** Numbers that no call has: the gaps up to the last that has a name, and some beyond. */
function unknownNumbers(knownNumbers: ReadonlySet<number>): readonly number[] {
  const last = Math.max(...knownNumbers);
  return Array.from({ length: last + 8 }, (_, number) => number)
    .filter((number) => !knownNumbers.has(number))
    .concat([100_000]);
}

/** Strictest first (seccomp(2)): SECCOMP_RET_ of linux/seccomp.h in the upper 16 bits. An unknown action kills the process. */
const actions: readonly (readonly [number, SeccompAnswer["action"]])[] = [
  [0x8000, "SCMP_ACT_KILL_PROCESS"],
  [0x0000, "SCMP_ACT_KILL_THREAD"],
  [0x0003, "SCMP_ACT_TRAP"],
  [0x0005, "SCMP_ACT_ERRNO"],
  [0x7fc0, "SCMP_ACT_NOTIFY"],
  [0x7ff0, "SCMP_ACT_TRACE"],
  [0x7ffc, "SCMP_ACT_LOG"],
  [0x7fff, "SCMP_ACT_ALLOW"],
];

/** The cases of all filters together, the latest filter first: the kernel runs them in that order and keeps the first of equal answers. */
function casesOf(
  programs: readonly (readonly Instruction[])[],
  call: Call,
): readonly SeccompCase[] | undefined {
  let together: readonly SeccompCase[] = [{ action: "SCMP_ACT_ALLOW", data: 0, when: [] }];
  for (const program of programs.toReversed()) {
    const paths = pathsOf(program, call);
    if (paths === undefined) return undefined;
    const cases = simplify(paths.map(asCase));
    if (together.length * cases.length > 4096) return undefined;
    together = simplify(together.flatMap((one) => cases.map((other) => stricter(one, other))));
  }
  return together;
}

function asCase({ returns, when, unclear }: Path): SeccompCase {
  const [, action = "SCMP_ACT_KILL_PROCESS"] = actions.find(([upper]) => upper === returns >>> 16) ?? [];
  const carries = ["SCMP_ACT_ERRNO", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP"].includes(action);
  // Errnos above MAX_ERRNO are cut to it (kernel/seccomp.c).
  const data = returns & 0xffff;
  return {
    action,
    data: carries ? (action === "SCMP_ACT_ERRNO" ? Math.min(data, 4095) : data) : 0,
    when,
    ...(unclear ? { unclear } : {}),
  };
}

function stricter(first: SeccompCase, second: SeccompCase): SeccompCase {
  const rank = ({ action }: SeccompCase) => actions.findIndex(([, name]) => name === action);
  const chosen = rank(second) < rank(first) ? second : first;
  const unclear = first.unclear ?? second.unclear;
  return {
    action: chosen.action,
    data: chosen.data,
    when: [...first.when, ...second.when],
    ...(unclear ? { unclear } : {}),
  };
}

/** The answer, when there is only one whatever the arguments are. */
function sole(cases: readonly SeccompCase[] | undefined): SeccompAnswer | undefined {
  const [first] = cases ?? [];
  if (cases?.length !== 1 || first === undefined || first.unclear) return undefined;
  return { action: first.action, data: first.data };
}
