import { expect, test } from "vitest";
import { endingError, timeoutError } from "../../src/vm/failure.ts";

const quiet = { exitCode: 0, signal: undefined, qemu: "", console: "" };

test.each([
  [
    "vm.panic",
    { ...quiet, console: "x\r\nKernel panic - not syncing: sysrq\r\n---[ end" },
    "Kernel panic - not syncing: sysrq",
  ],
  [
    "vm.out-of-memory",
    { ...quiet, console: "Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled" },
    "512 MiB",
  ],
  [
    "vm.out-of-memory",
    { ...quiet, console: "Kernel panic - not syncing: System is deadlocked on memory" },
    "512 MiB",
  ],
  [
    "vm.out-of-memory",
    { ...quiet, exitCode: 1, qemu: "cannot set up guest memory 'pc.ram': Cannot allocate memory" },
    "the host",
  ],
  ["vm.ended", { ...quiet, signal: "SIGKILL", exitCode: undefined }, "ended by SIGKILL"],
  ["vm.ended", quiet, "exit code 0"],
])("%s: %j", (code, ending, words) => {
  const error = endingError(ending, { stage: "command", memory: 512 });
  expect(error.code).toBe(code);
  expect(error.message).toContain(words);
});

test("a machine that never came up is another failure than one that ended early, and shows QEMU's words", () => {
  const error = endingError(
    { ...quiet, exitCode: 1, qemu: "qemu: no such machine" },
    { stage: "start", memory: 512 },
  );
  expect(error.code).toBe("vm.not-started");
  expect(error.message).toContain("qemu: no such machine");
});

test("a timeout shows the end of the console, printable and cut", () => {
  const console = `${"old\n".repeat(100)}last \x1b[1mwords`;
  const error = timeoutError(console, { stage: "command", seconds: 5 });
  expect(error.code).toBe("vm.timeout");
  expect(error.message).toContain("after 5 s");
  expect(error.message).toContain("last \\u001b[1mwords");
  expect(error.message.split("\n").length).toBeLessThan(25);
});
