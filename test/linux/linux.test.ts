import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { errnoOf } from "../../src/base/errors.ts";
import { pathArgument } from "../../src/linux/door.ts";
import { mount } from "../../src/linux/mount.ts";
import { deviceNumber, deviceParts } from "../../src/linux/node.ts";
import {
  decodeWaitStatus,
  pidfdOpen,
  pidfdSendSignal,
  waitProcess,
  whenProcessEnds,
} from "../../src/linux/process.ts";

describe("system calls", () => {
  test("an error has the shape of node:fs's and names call and arguments", () => {
    const error = caught(() => mount("/no/such/place", { source: "/nor this", type: "tmpfs" }));
    expect(errnoOf(error)).toMatch(/^(ENOENT|EPERM)$/);
    expect(error).toMatchObject({ syscall: "mount" });
    expect((error as Error).message).toContain('mount "/nor this", "/no/such/place", "tmpfs"');
  });

  test("a path with a NUL is refused, not cut", () => {
    expect(errnoOf(caught(() => pathArgument("/tmp\0/x")))).toBe("EINVAL");
    expect(errnoOf(caught(() => pathArgument(Buffer.from("a\0b"))))).toBe("EINVAL");
  });

  test.each([
    [0x0000, { kind: "exited", exitCode: 0 }],
    [0x0300, { kind: "exited", exitCode: 3 }],
    [0xff00, { kind: "exited", exitCode: 255 }],
    [0x0009, { kind: "signalled", signal: 9, coreDumped: false }],
    [0x0086, { kind: "signalled", signal: 6, coreDumped: true }],
  ])("wait status %i", (status, expected) => {
    expect(decodeWaitStatus(status)).toEqual(expected);
  });

  test.each([
    [1, 3, 0x103n],
    [8, 0, 0x800n],
    [259, 1_048_575, 0xfff103ffn],
    [0x1005, 0x107, 0x1000_0010_0507n],
  ])("device %i:%i", (major, minor, packed) => {
    expect(deviceNumber(major, minor)).toBe(packed);
    expect(deviceParts(packed)).toEqual({ major, minor });
  });

  test("no such process is ESRCH, no such child ECHILD", () => {
    expect(errnoOf(caught(() => pidfdOpen(2 ** 22 + 1)))).toBe("ESRCH");
    expect(errnoOf(caught(() => waitProcess(1)))).toBe("ECHILD");
  });

  test("a pidfd tells when a process ends and can end it", async () => {
    const child = spawn("sleep", ["60"], { stdio: "ignore" });
    const pidfd = pidfdOpen(child.pid ?? 0);
    const ended = whenProcessEnds(pidfd);
    pidfdSendSignal(pidfd, 15);
    await ended;
    closeSync(pidfd);
  });

  test("waiting for a process can be aborted", async () => {
    const pidfd = pidfdOpen(process.pid);
    const reason = new Error("enough");
    await expect(whenProcessEnds(pidfd, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const ended = whenProcessEnds(pidfd, { signal: controller.signal });
    controller.abort(reason);
    await expect(ended).rejects.toBe(reason);
    closeSync(pidfd);
  });
});

function caught(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
