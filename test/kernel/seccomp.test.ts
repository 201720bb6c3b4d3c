import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kernelFiles } from "../../src/kernel/files.ts";
import { calculate, holds, known } from "../../src/kernel/parse/seccomp/arithmetic.ts";
import { pathsOf } from "../../src/kernel/parse/seccomp/paths.ts";
import { type Instruction, parseProgram } from "../../src/kernel/parse/seccomp/program.ts";
import { seccompRules } from "../../src/kernel/parse/seccomp/rules.ts";
import type { KernelCalls } from "../../src/kernel/reading.ts";
import { readSeccompRules } from "../../src/kernel/seccomp.ts";
import type { ArgumentTest, SeccompCase } from "../../src/kernel/view-parts.ts";

const [LD, LDHIGH, JEQ, JGT, JGE, JSET, AND, RET] = [0x20, 0x20, 0x15, 0x25, 0x35, 0x45, 0x54, 0x06];
const x86 = 0xc000003e;
const allow = 0x7fff0000;
const errno = (number: number) => 0x00050000 + number;

type Row = readonly [code: number, whenTrue: number, whenFalse: number, k: number];

function program(rows: readonly Row[]): Uint8Array {
  const bytes = Buffer.alloc(rows.length * 8);
  for (const [index, [code, whenTrue, whenFalse, k]] of rows.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(whenTrue, index * 8 + 2);
    bytes.writeUInt8(whenFalse, index * 8 + 3);
    bytes.writeUInt32LE(k >>> 0, index * 8 + 4);
  }
  return bytes;
}

function rulesOf(...programs: readonly (readonly Row[])[]) {
  const filters = programs.map((rows) => ({ program: program(rows), log: false }));
  const rules = seccompRules(filters, { native: "SCMP_ARCH_X86_64" });
  if (!rules.ok) throw new Error(rules.detail);
  return rules.value;
}

/** The cases of one call of x86-64. */
function casesOf(call: string, ...programs: readonly (readonly Row[])[]): readonly SeccompCase[] {
  return rulesOf(...programs).architectures["SCMP_ARCH_X86_64"]?.calls[call] ?? [];
}

const always = (action: string, data = 0) => [{ action, data, when: [] }];

describe("what a filter answers", () => {
  const onlyRead: readonly Row[] = [
    [LD, 0, 0, 4],
    [JEQ, 1, 0, x86],
    [RET, 0, 0, 0],
    [LD, 0, 0, 0],
    [JEQ, 0, 1, 0],
    [RET, 0, 0, allow],
    [RET, 0, 0, errno(1)],
  ];

  test("a call, the others, and other architectures", () => {
    const rules = rulesOf(onlyRead);
    const native = rules.architectures["SCMP_ARCH_X86_64"];
    expect(native?.calls["read"]).toEqual(always("SCMP_ACT_ALLOW"));
    expect(native?.calls["write"]).toEqual(always("SCMP_ACT_ERRNO", 1));
    expect(native?.otherCalls).toEqual({ action: "SCMP_ACT_ERRNO", data: 1 });
    expect(rules.otherArchitectures).toEqual({ action: "SCMP_ACT_KILL_THREAD", data: 0 });
    expect(rules.filters).toEqual([{ instructions: 7, flags: [] }]);
    expect(Object.keys(rules.architectures)).not.toContain("SCMP_ARCH_AARCH64");
  });

  test("x32 is told apart by its bit", () => {
    const noX32: readonly Row[] = [
      [LD, 0, 0, 0],
      [JGE, 0, 1, 0x40000000],
      [RET, 0, 0, errno(38)],
      [LD, 0, 0, 4],
      [JEQ, 0, 0, x86],
      [RET, 0, 0, allow],
    ];
    const { architectures } = rulesOf(noX32);
    expect(architectures["SCMP_ARCH_X32"]?.calls["read"]).toEqual(always("SCMP_ACT_ERRNO", 38));
    expect(architectures["SCMP_ARCH_X86_64"]?.calls["read"]).toEqual(always("SCMP_ACT_ALLOW"));
  });

  test.each([
    [0x80000000, "SCMP_ACT_KILL_PROCESS", 0],
    [0x00000000, "SCMP_ACT_KILL_THREAD", 0],
    [0x00030007, "SCMP_ACT_TRAP", 7],
    [errno(9999), "SCMP_ACT_ERRNO", 4095],
    [0x7fc00000, "SCMP_ACT_NOTIFY", 0],
    [0x7ff00003, "SCMP_ACT_TRACE", 3],
    [0x7ffc0000, "SCMP_ACT_LOG", 0],
    [0x12340000, "SCMP_ACT_KILL_PROCESS", 0],
  ])("%i is %s %i", (returned, action, data) => {
    expect(casesOf("read", [[RET, 0, 0, returned]])).toEqual(always(action, data));
  });

  test("the strictest of two filters counts, whichever is newer", () => {
    const denies: readonly Row[] = [[RET, 0, 0, errno(13)]];
    expect(casesOf("read", onlyRead, denies)).toEqual(always("SCMP_ACT_ERRNO", 13));
    expect(casesOf("read", denies, onlyRead)).toEqual(always("SCMP_ACT_ERRNO", 13));
  });

  test("of two filters that say the same the newer's data counts", () => {
    expect(casesOf("read", [[RET, 0, 0, errno(1)]], [[RET, 0, 0, errno(2)]])).toEqual(
      always("SCMP_ACT_ERRNO", 2),
    );
  });

  test("an argument of 64 bits is one test", () => {
    const equal: readonly Row[] = [
      [LD, 0, 0, 20],
      [JEQ, 0, 3, 1],
      [LDHIGH, 0, 0, 16],
      [JEQ, 0, 1, 2],
      [RET, 0, 0, allow],
      [RET, 0, 0, errno(1)],
    ];
    const test = { argument: 0, word: "both", mask: 2n ** 64n - 1n, value: 0x1_0000_0002n };
    expect(casesOf("read", equal)).toEqual([
      { action: "SCMP_ACT_ERRNO", data: 1, when: [{ ...test, op: "!=" }] },
      { action: "SCMP_ACT_ALLOW", data: 0, when: [{ ...test, op: "==" }] },
    ]);
  });

  test("bits of an argument", () => {
    const masked: readonly Row[] = [
      [LD, 0, 0, 24],
      [AND, 0, 0, 0x7e020000],
      [JEQ, 0, 1, 0],
      [RET, 0, 0, allow],
      [RET, 0, 0, errno(1)],
    ];
    const test = { argument: 1, word: "low", mask: 0x7e020000n, value: 0n };
    expect(casesOf("clone", masked)).toEqual([
      { action: "SCMP_ACT_ERRNO", data: 1, when: [{ ...test, op: "!=" }] },
      { action: "SCMP_ACT_ALLOW", data: 0, when: [{ ...test, op: "==" }] },
    ]);
  });

  test("what hangs on the instruction pointer is said to hang on more", () => {
    const odd: readonly Row[] = [
      [LD, 0, 0, 8],
      [JGT, 0, 1, 5],
      [RET, 0, 0, allow],
      [RET, 0, 0, errno(1)],
    ];
    expect(casesOf("read", odd)).toHaveLength(2);
    expect(casesOf("read", odd).every(({ unclear }) => unclear === true)).toBe(true);
  });

  test.each([
    ["no instruction", Buffer.alloc(0)],
    ["half an instruction", Buffer.alloc(12)],
    ["no end", program([[LD, 0, 0, 0]])],
    ["a jump out of it", program([[0x05, 0, 0, 900]])],
  ])("%s is malformed", (_, bytes) => {
    const rules = seccompRules([{ program: bytes, log: false }], { native: "SCMP_ARCH_X86_64" });
    expect(rules).toMatchObject({ ok: false });
  });
});

/** The kernel's own way through a program, for one call with all its arguments (kernel/bpf): what the cases must say as well. */
function run(rows: readonly Instruction[], words: (offset: number) => number): number {
  let a = 0;
  let at = 0;
  for (;;) {
    const { code, whenTrue, whenFalse, k } = rows[at] ?? { code: RET, whenTrue: 0, whenFalse: 0, k: 0 };
    at += 1;
    if (code === RET) return k;
    if (code === LD) a = words(k);
    else if (code === AND) a = (a & k) >>> 0;
    else at += holds(code & 0xf0, a, k) ? whenTrue : whenFalse;
  }
}

function passes({ argument, word, mask, op, value }: ArgumentTest, given: readonly bigint[]): boolean {
  const all = given[argument] ?? 0n;
  const part = word === "low" ? all & 0xffffffffn : word === "high" ? all >> 32n : all;
  const kept = part & mask;
  const outcomes = {
    "==": kept === value,
    "!=": kept !== value,
    ">": kept > value,
    ">=": kept >= value,
    "<": kept < value,
    "<=": kept <= value,
    "&": (kept & value) !== 0n,
    "!&": (kept & value) === 0n,
  };
  return outcomes[op];
}

test("for any program of jumps, the one case that holds is what the program returns", () => {
  const small = fc.nat({ max: 5 });
  const word = fc.constantFrom(16, 20, 24, 28);
  const row = (left: number): fc.Arbitrary<Row> =>
    fc.oneof(
      word.map((offset): Row => [LD, 0, 0, offset]),
      small.map((mask): Row => [AND, 0, 0, mask]),
      fc
        .tuple(fc.constantFrom(JEQ, JGT, JGE, JSET), fc.nat({ max: left }), fc.nat({ max: left }), small)
        .map(([code, whenTrue, whenFalse, k]): Row => [code, whenTrue, whenFalse, k]),
    );
  const endings: readonly Row[] = [
    [RET, 0, 0, allow],
    [RET, 0, 0, errno(1)],
  ];
  const programs = fc
    .tuple(...Array.from({ length: 9 }, (_, index) => row(Math.min(3, 9 - index))))
    .map((rows) => [...rows, ...endings]);
  const values = fc
    .tuple(small, small, small, small)
    .map(([a, b, c, d]) => [(BigInt(a) << 32n) | BigInt(b), (BigInt(c) << 32n) | BigInt(d)]);
  fc.assert(
    fc.property(programs, fc.array(values, { minLength: 8, maxLength: 8 }), (rows, samples) => {
      const parsed = parseProgram(program(rows));
      if (!parsed.ok) throw new Error(parsed.detail);
      const paths = pathsOf(parsed.value, { architecture: x86, number: 0 });
      expect(paths).toBeDefined();
      const cases = simplified(rows);
      for (const given of samples) {
        const words = (offset: number) => {
          const all = given[Math.floor((offset - 16) / 8)] ?? 0n;
          return Number(offset % 8 === 0 ? all & 0xffffffffn : all >> 32n);
        };
        const holding = cases.filter(({ when }) => when.every((test) => passes(test, given)));
        const answers = new Set(holding.map(({ action }) => action));
        const expected = run(parsed.value, words) === allow ? "SCMP_ACT_ALLOW" : "SCMP_ACT_ERRNO";
        expect([...answers]).toEqual([expected]);
      }
    }),
    { numRuns: 60 },
  );
});

function simplified(rows: readonly Row[]): readonly SeccompCase[] {
  return casesOf("read", rows);
}

test("arithmetic is that of 32 bits", () => {
  expect(calculate(0x00, known(0xffffffff), known(2))).toEqual(known(1));
  expect(calculate(0x60, known(1), known(33))).toEqual(known(0));
  expect(calculate(0x30, known(7), known(0))).toBeUndefined();
});

test("any bytes are rules or malformed, never a crash", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 128 }), (bytes) => {
      seccompRules([{ program: bytes, log: false }], { native: "SCMP_ARCH_AARCH64" });
    }),
    { numRuns: 200 },
  );
});

test("a kernel that hands out no filters is not taken for one that has none", async () => {
  const calls = { seccompFilters: async () => [] } as unknown as KernelCalls;
  const reading = await readSeccompRules({ ...kernelFiles, calls }, { pid: 1, signal: undefined });
  expect(reading).toMatchObject({ ok: false, reason: "absent", detail: "this kernel hands out no filters" });
});
