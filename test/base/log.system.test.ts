import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeWith, repository } from "../support/needs.ts";

/** Start a program whose standard error is a terminal that has gone; what it prints. */
const python = `
import os, pty, subprocess, sys
master, slave = pty.openpty()
started = subprocess.Popen(sys.argv[1:], stderr=slave, stdout=subprocess.PIPE)
os.close(slave)
os.close(master)
print(started.communicate()[0].decode(), started.returncode)
`;

/** Logs when its standard error has gone for sure: then a write to it answers EIO. */
const program = (log: string, format: string) => `
import { writeSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { configureLog, log } from ${JSON.stringify(log)};
configureLog({ format: ${JSON.stringify(format)} });
for (let gone = false; !gone; await setTimeout(5)) try { writeSync(2, "x"); } catch { gone = true; }
log.warn("one");
log.warn("two");
writeSync(1, "went on");
`;

describeWith(["python3"], "the log", () => {
  test.each(["text", "json"])("as %s stops nobody whose terminal has gone", (format) => {
    const script = program(join(repository, "src/base/log.ts"), format);
    const words = ["-c", python, process.execPath, "--input-type=module", "-e", script];
    expect(execFileSync("python3", words, { encoding: "utf8" })).toBe("went on 0\n");
  });
});
