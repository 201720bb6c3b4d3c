import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DeviceAccess, parseDevicePrograms } from "../../src/kernel/parse/bpf/devices.ts";
import { parseInstructions } from "../../src/kernel/parse/bpf/program.ts";
import { runProgram } from "../../src/kernel/parse/bpf/run.ts";
import { deviceTable } from "../../src/kernel/parse/bpf/table.ts";
import { hexOf, type Row } from "./support/bpf.ts";

/** Programs that runtimes have attached on Linux 6.1, read with BPF_OBJ_GET_INFO_BY_FD; those of the runtimes for the same rules. */
const captured = JSON.parse(
  readFileSync(join(import.meta.dirname, "support/device-programs.json"), "utf8"),
) as Readonly<Record<string, { readonly programs: readonly string[] }>>;

function filterOf(...codes: readonly string[]) {
  const effective = codes.map((code, id) => ({
    ...{ id, type: "cgroup_device", name: "", code },
    instructions: code.length / 16,
  }));
  return { effective };
}

function programsOf(...codes: readonly string[]) {
  const programs = parseDevicePrograms(filterOf(...codes));
  if (!programs.ok) throw new Error(programs.detail);
  return programs.value;
}

function tableOf(...codes: readonly string[]): readonly string[] {
  const table = deviceTable(programsOf(...codes));
  if (!table.ok) return [table.detail];
  return table.value.map(({ type, major, minor, access }) => `${type} ${major}:${minor} ${access || "none"}`);
}

const common = ["c *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm"];
const asked = ["c 10:229 rwm", "c 136:* rwm", "c 188:3 rm", "b *:* m", "b 7:* rm"];
/** crun lets pass who reads and writes at once where only writing is denied. */
const askedOfCrun = asked.map((row) => (row === "c 188:3 rm" ? "c 188:3 r,rw,m" : row));
const [console, ptmx, tun] = ["c 5:1 rwm", "c 5:2 rwm", "c 10:200 rwm"];
const closed = ["c 0:0 rwm", ...common.slice(1), ptmx];

describe("what real programs answer", () => {
  // Denied: all; allowed: c 10:229 rwm, b 7:* r, c 188:3 rw; denied: c 188:3 w.
  test.each([
    ["runc 1.1.5", [...common, ptmx, tun, ...asked]],
    ["runc 1.1.15", [...common, ptmx, tun, ...asked]],
    ["runc 1.3.6", [...common, ptmx, tun, ...asked]],
    ["crun 1.8.1", [...common, console, ptmx, ...askedOfCrun]],
    ["crun 1.21", [...common, console, ptmx, tun, ...askedOfCrun]],
    ["crun 1.28", [...common, console, ptmx, tun, ...askedOfCrun]],
    ["systemd 252 closed", [...closed, "c 136:* rw", "b 0:0 rwm"]],
    ["systemd 252 some", [...closed, "c 10:229 rw", "c 136:* rw", "b 0:0 rwm", "b 7:* m"]],
    ["systemd 252 strict", ["c 1:3 rw"]],
  ])("%s", (name, rows) => expect(tableOf(...(captured[name]?.programs ?? []))).toEqual(rows));

  test("all of several programs must allow it", () => {
    const both = [captured["runc 1.1.5"], captured["systemd 252 strict"]];
    expect(tableOf(...both.flatMap((one) => one?.programs ?? []))).toEqual(["c 1:3 rw"]);
  });

  test("without a program all is allowed", () => expect(tableOf()).toEqual(["c *:* rwm", "b *:* rwm"]));

  test("reading and writing, but not both at once", () => {
    const apart: readonly Row[] = [
      [0x61, 2, 1, 0, 0],
      [0x74, 2, 0, 0, 16],
      [0xb7, 0, 0, 0, 1],
      [0x15, 2, 0, 2, 2],
      [0x15, 2, 0, 1, 4],
      [0xb7, 0, 0, 0, 0],
      [0x95, 0, 0, 0, 0],
    ];
    expect(tableOf(hexOf(apart))).toEqual(["c *:* r,w", "b *:* r,w"]);
  });

  test("a program that compares sizes has no table, and is asked at the edges", () => {
    const upTo = hexOf([
      [0x61, 2, 1, 8, 0],
      [0xb7, 0, 0, 0, 0],
      [0x25, 2, 0, 1, 15],
      [0xb7, 0, 0, 0, 1],
      [0x95, 0, 0, 0, 0],
    ]);
    expect(tableOf(upTo)).toEqual(["a program compares sizes or bits of numbers: no table can say it"]);
    const { allows, numbers } = programsOf(upTo);
    expect(numbers).toEqual(expect.arrayContaining([14, 15, 16]));
    const asks = (minor: number) => allows({ type: "c", access: "r", major: 1, minor });
    expect([15, 16].map(asks)).toEqual([
      { ok: true, value: true },
      { ok: true, value: false },
    ]);
  });

  test("a program that the kernel does not hand out", () =>
    expect(
      parseDevicePrograms({ effective: [{ id: 9, type: "cgroup_device", name: "", instructions: 3 }] }),
    ).toEqual({ ok: false, detail: "the kernel does not hand out the instructions of program 9" }));
});

const exit: Row = [0x95, 0, 0, 0, 0];
const negative = -1;

describe("one instruction after the other", () => {
  const run = (rows: readonly Row[]) => {
    const program = parseInstructions(hexOf(rows));
    if (!program.ok) throw new Error(program.detail);
    const answer = runProgram(program.value, [0x60002, 0x12345678, 7]);
    return answer.ok ? answer.value : answer.detail;
  };
  const minor: Row = [0x61, 0, 1, 8, 0];

  test.each<readonly [string, readonly Row[], number]>([
    ["mov", [[0xb7, 0, 0, 0, 5]], 5],
    ["mov of a negative number", [[0xb7, 0, 0, 0, negative]], 0xffffffff],
    ["mov32", [[0xb4, 0, 0, 0, negative]], 0xffffffff],
    ["add", [minor, [0x07, 0, 0, 0, 5]], 12],
    ["add of a register", [minor, [0x0f, 0, 0, 0, 0]], 14],
    ["sub below 0", [minor, [0x14, 0, 0, 0, 8]], 0xffffffff],
    ["mul", [minor, [0x24, 0, 0, 0, 3]], 21],
    ["div", [minor, [0x34, 0, 0, 0, 2]], 3],
    ["div by nothing", [minor, [0x37, 0, 0, 0, 0]], 0],
    ["mod", [minor, [0x97, 0, 0, 0, 4]], 3],
    ["mod by nothing", [minor, [0x94, 0, 0, 0, 0]], 7],
    ["or", [minor, [0x47, 0, 0, 0, 8]], 15],
    ["and", [minor, [0x57, 0, 0, 0, 5]], 5],
    ["xor", [minor, [0xa7, 0, 0, 0, 2]], 5],
    ["shift left", [minor, [0x67, 0, 0, 0, 4]], 0x70],
    ["shift right", [minor, [0x77, 0, 0, 0, 1]], 3],
    ["neg", [minor, [0x84, 0, 0, 0, 0]], 0xfffffff9],
    [
      "arithmetic shift right, 32 bits",
      [
        [0xb4, 0, 0, 0, -8],
        [0xc4, 0, 0, 0, 1],
      ],
      0xfffffffc,
    ],
    ["half a word", [[0x69, 0, 1, 2, 0]], 6],
    ["a byte", [[0x71, 0, 1, 5, 0]], 0x56],
    [
      "the context in another register",
      [
        [0xbf, 6, 1, 0, 0],
        [0x61, 0, 6, 4, 0],
      ],
      0x12345678,
    ],
    [
      "a constant of 64 bits",
      [
        [0x18, 0, 0, 0, 3],
        [0, 0, 0, 0, 1],
      ],
      3,
    ],
    ["a jump over one", [minor, [0x05, 0, 0, 1, 0], [0xb7, 0, 0, 0, 0]], 7],
    ["a far jump over one", [minor, [0x06, 0, 0, 0, 1], [0xb7, 0, 0, 0, 0]], 7],
  ])("%s", (_, rows, answer) => expect(run([...rows, exit])).toBe(answer));

  const [left, right] = [-5, 5];
  test.each<readonly [string, code: number, taken: boolean]>([
    ["jeq", 0x1d, false],
    ["jgt", 0x2d, true],
    ["jge", 0x3d, true],
    ["jset", 0x4d, true],
    ["jne", 0x5d, true],
    ["jsgt", 0x6d, false],
    ["jsge", 0x7d, false],
    ["jlt", 0xad, false],
    ["jle", 0xbd, false],
    ["jslt", 0xcd, true],
    ["jsle", 0xdd, true],
    ["jslt32", 0xce, true],
    ["jgt32", 0x2e, true],
  ])("%s of -5 and 5", (_, code, taken) =>
    expect(
      run([
        [0xb7, 2, 0, 0, left],
        [0xb7, 3, 0, 0, right],
        [0xb7, 0, 0, 0, 1],
        [code, 2, 3, 1, 0],
        [0xb7, 0, 0, 0, 0],
        exit,
      ]),
    ).toBe(taken ? 1 : 0),
  );

  test.each<readonly [string, readonly Row[], string]>([
    [
      "a call",
      [[0x85, 0, 0, 0, 14]],
      "instruction 0 (code 0x85, dst r0, src r0, off 0, imm 14) is a call, and what it answers is not known",
    ],
    [
      "a map",
      [
        [0x18, 0, 1, 0, 3],
        [0, 0, 0, 0, 0],
      ],
      "loads an address",
    ],
    ["the stack", [[0x7b, 10, 1, -8, 0]], "of a kind that is not read here"],
    ["a load of the stack", [[0x61, 0, 10, -4, 0]], "loads from elsewhere than the context"],
    ["beside the context", [[0x61, 0, 1, 12, 0]], "beside the words"],
    ["before the context", [[0x61, 0, 1, -4, 0]], "beside the words"],
    ["across two words", [[0x61, 0, 1, 2, 0]], "beside the words"],
    ["64 bits of the context", [[0x79, 0, 1, 0, 0]], "a load that is not read here"],
    ["swapped bytes", [minor, [0xdc, 0, 0, 0, 16]], "arithmetic that is not read here"],
    ["a signed division", [minor, [0x37, 0, 0, 1, 2]], "arithmetic that is not read here"],
    ["a calculation with the context", [[0x07, 1, 0, 0, 4]], "takes what is not a number"],
    ["a register that nothing was put in", [[0xbf, 0, 3, 0, 0]], "takes what is not a number"],
    ["nothing to answer", [exit], "it ends without a number in r0"],
    ["no end", [[0x05, 0, 0, -1, 0]], "it does not end within 100000 steps"],
    ["a jump to nowhere", [[0x05, 0, 0, 9, 0]], "it jumps to 10, where it has no instruction"],
    ["a jump before the beginning", [[0x05, 0, 0, -9, 0]], "it jumps to -8, where it has no instruction"],
    ["a jump that is none", [minor, [0xe5, 0, 0, 0, 0]], "a jump that is not read here"],
  ])("%s is refused by its name", (_, rows, words) => expect(run(rows)).toContain(words));
});

describe("whatever a program is made of", () => {
  const instruction = fc.tuple(
    fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0x61, 0x55, 0x15, 0xb7, 0xbc, 0x54, 0x5d, 0x05, 0x95),
    ),
    fc.integer({ min: 0, max: 15 }),
    fc.oneof(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 15 })),
    fc.oneof(fc.integer({ min: -4, max: 12 }), fc.integer({ min: -32768, max: 32767 })),
    fc.oneof(fc.integer({ min: -2, max: 20 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  );
  const word = fc.integer({ min: 0, max: 0xffffffff });

  test("it is run or refused, and never throws", () =>
    fc.assert(
      fc.property(
        fc.array(instruction, { minLength: 1, maxLength: 40 }),
        fc.tuple(word, word, word),
        (rows, given) => {
          const program = parseInstructions(hexOf(rows));
          if (!program.ok) throw new Error(program.detail);
          const answer = runProgram(program.value, given);
          if (answer.ok) expect(answer.value).toBe(answer.value >>> 0);
          else expect(answer.detail).not.toBe("");
        },
      ),
      { numRuns: 2000 },
    ));

  test("its instructions are parsed or refused", () =>
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseInstructions(text).ok).toBe(/^([0-9a-f]{16})+$/i.test(text));
      }),
    ));

  test("a table of single numbers says what the programs answer to any device", () => {
    const accesses: readonly DeviceAccess[] = ["r", "w", "m"];
    const { programs = [] } = captured["runc 1.3.6"] ?? {};
    const table = tableRows(...programs);
    const { allows } = programsOf(...programs);
    const number = fc.oneof(
      fc.constantFrom(0, 1, 3, 5, 7, 10, 136, 188, 200, 229),
      fc.integer({ min: 0, max: 4095 }),
    );
    fc.assert(
      fc.property(fc.constantFrom("b" as const, "c" as const), number, number, (type, major, minor) => {
        const fits = table.filter(
          (row) => row.type === type && [major, "*"].includes(row.major) && [minor, "*"].includes(row.minor),
        );
        const weight = ({ major: a, minor: b }: (typeof table)[number]) =>
          (a === "*" ? 0 : 2) + (b === "*" ? 0 : 1);
        const [best] = fits.sort((a, b) => weight(b) - weight(a));
        for (const access of accesses)
          expect(allows({ type, access, major, minor })).toEqual({
            ok: true,
            value: best?.access.includes(access) === true,
          });
      }),
    );
  });
});

function tableRows(...codes: readonly string[]) {
  const table = deviceTable(programsOf(...codes));
  if (!table.ok) throw new Error(table.detail);
  return table.value;
}
