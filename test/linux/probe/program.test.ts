import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readElf } from "../../../src/linux/elf.ts";
import { probeProgram } from "../../../src/linux/probe/program.ts";
import { type ProbeTrial, readAnswers, trialTable } from "../../../src/linux/probe/trials.ts";
import { add, assemble, jump, label, load, move, set, systemCall } from "../../../src/linux/probe/x86-64.ts";
import { describeWith } from "../../support/needs.ts";
import { scratch } from "../../support/scratch.ts";

const trial = (number: number, more: Partial<ProbeTrial> = {}): ProbeTrial => ({
  ...{ number, args: [-1n, -1n, -1n, -1n, -1n, -1n], entry: "native", thread: false, forks: false },
  ...more,
});
const setup = { alarm: "alarm", handler: true, undumpable: true } as const;

describe("the assembler", () => {
  // As objdump(1) shows them.
  test.each([
    ["mov edi, 4", [set("rdi", 4)], "bf04000000"],
    ["mov r12d, 0x400478", [set("r12", 0x400478)], "41bc78044000"],
    ["mov rdi, rax", [move("rdi", "rax")], "4889c7"],
    ["mov rax, [0x10000010]", [load("rax", 0x10000010)], "488b042510000010"],
    ["add rcx, -1", [add("rcx", -1)], "4883c1ff"],
    ["syscall", [systemCall], "0f05"],
    ["jmp back", [label("back"), jump("back")], "e9fbffffff"],
  ])("%s", (_, pieces, bytes) => {
    expect(Buffer.from(assemble(pieces, 0x400000)).toString("hex")).toBe(bytes);
  });

  test("a label that there is not", () => {
    expect(() => assemble([jump("nowhere")], 0)).toThrow("there is no label nowhere");
  });
});

describe("the probe's program", () => {
  test("is a static program of x86-64", () => {
    expect(readElf(probeProgram([trial(0)], setup))).toEqual({
      architecture: "amd64",
      interpreter: undefined,
    });
  });

  test("trials are rows of eight words, after one that makes no call", () => {
    const table = trialTable([trial(7, { thread: true, forks: true, args: [1n, 2n] })]);
    const words = Array.from({ length: 16 }, (_, index) => table.readBigUInt64LE(8 * index));
    expect(words).toEqual([8n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 5n, 7n, 1n, 2n, 0n, 0n, 0n, 0n]);
  });
});

/** Answers as the probe prints them. */
function printed(...rows: readonly (readonly [index: number, kind: number, value: bigint])[]): Buffer {
  return Buffer.concat(
    rows.map(([index, kind, value]) => {
      const row = Buffer.alloc(16);
      row.writeUInt32LE(index, 0);
      row.writeUInt32LE(kind, 4);
      row.writeBigInt64LE(value, 8);
      return row;
    }),
  );
}

describe("what the probe printed", () => {
  const works = [0, 1, 0n] as const;
  test.each([
    ["a value", [[1, 1, -9n] as const, [1, 3, 0n] as const], { kind: "returned", value: -9n }],
    ["a trap", [[1, 2, 77n] as const, [1, 3, 0n] as const], { kind: "trapped", data: 77 }],
    ["the end by SIGSYS", [[1, 3, 31n] as const], { kind: "killed", scope: "unknown" }],
    ["the end of a thread", [[1, 5, 0n] as const, [1, 3, 0n] as const], { kind: "killed", scope: "thread" }],
    ["an exit", [[1, 3, 0xff00n] as const], { kind: "ended", status: { kind: "exited", exitCode: 255 } }],
    ["no process", [[1, 4, -11n] as const], { kind: "not tried", errno: 11 }],
    ["no thread", [[1, 6, -1n] as const, [1, 3, 0n] as const], { kind: "not tried", errno: 1 }],
    ["nothing", [], undefined],
  ])("%s", (_, rows, outcome) => {
    expect(readAnswers(printed(works, ...rows), [trial(0)])).toEqual([outcome]);
  });

  test("the end by SIGSYS of both threads", () => {
    const answers = readAnswers(printed(works, [1, 3, 31n]), [trial(0, { thread: true })]);
    expect(answers).toEqual([{ kind: "killed", scope: "process" }]);
  });

  test("without its first answer, or cut short, says nothing", () => {
    expect(readAnswers(printed([1, 1, 0n]), [trial(0)])).toBeUndefined();
    expect(readAnswers(printed(works).subarray(0, 15), [trial(0)])).toBeUndefined();
    expect(readAnswers(printed([0, 3, 31n]), [trial(0)])).toBeUndefined();
  });
});

describeWith(["x86-64"], "the probe without a filter", () => {
  test("tells values, ends and threads, and ends itself", async () => {
    await using place = scratch();
    const trials = [
      trial(0),
      trial(60),
      trial(57, { forks: true }),
      trial(58, { forks: true }),
      trial(0, { thread: true }),
      trial(60, { thread: true }),
      trial(100_000),
    ];
    const path = join(place.path, "probe");
    for (const alarm of ["alarm", "setitimer"] as const) {
      writeFileSync(path, probeProgram(trials, { ...setup, alarm }), { mode: 0o755 });
      const { status, stdout } = spawnSync(path);
      expect(status).toBe(0);
      const [read, exit, fork, vfork, inThread, exitThread, unknown] = readAnswers(stdout, trials) ?? [];
      expect([read, inThread]).toEqual(Array(2).fill({ kind: "returned", value: -9n }));
      expect(exit).toEqual({ kind: "ended", status: { kind: "exited", exitCode: 255 } });
      expect([fork, vfork].map((one) => one?.kind === "returned" && one.value > 0n)).toEqual([true, true]);
      expect(exitThread).toEqual({ kind: "killed", scope: "thread" });
      expect(unknown).toEqual({ kind: "returned", value: -38n });
    }
  });
});
