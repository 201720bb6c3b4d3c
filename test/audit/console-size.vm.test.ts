import { closeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listenAt, receiveDescriptor, setWindowSize } from "../../src/linux/terminal.ts";
import type { Spec } from "../../src/oci/spec.ts";
import { describeWith, missing, peer } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { type Container, createContainer, sleepSpec } from "./support/container.ts";

const peers = missing("../shared/peers") === undefined ? [peer("runc"), peer("crun")] : [];

const at = "/process/consoleSize";

function specOf(size: { readonly height: number; readonly width: number } | undefined): Spec {
  return sleepSpec(({ process, linux }) => {
    // To read a filter takes this machine seconds.
    delete linux?.seccomp;
    if (process !== undefined) Object.assign(process, { terminal: true, consoleSize: size });
  });
}

async function verdict(container: Container, options: { readonly strict: boolean }): Promise<unknown> {
  const findings = await container.audit(undefined, "running", options);
  return findings.find((finding) => finding.at === at)?.verdict;
}

/** A started container with the master of its terminal. */
async function inTerminal(
  runtime: string,
  given: Spec,
  work: (container: Container, master: number) => unknown,
) {
  await using place = scratch();
  const socket = join(place.path, "tty");
  const listener = listenAt(socket);
  const flags = ["--console-socket", socket];
  try {
    const spec = specOf({ height: 33, width: 111 });
    await using container = await createContainer(place.path, { spec, given, runtime, flags });
    const master = receiveDescriptor(listener);
    try {
      await container.start();
      await work(container, master);
    } finally {
      closeSync(master);
    }
  } finally {
    closeSync(listener);
  }
}

describeWith(["root", "cgroup v2", "busybox", "runc", "crun"], "the size of a terminal", () => {
  describe.each(["runc", "crun", ...peers])("%s", (runtime) => {
    test("is kept, and not known to be after somebody has resized it", () =>
      inTerminal(runtime, specOf({ height: 33, width: 111 }), async (container, master) => {
        expect(await verdict(container, { strict: true })).toBe("kept");
        setWindowSize(master, { rows: 20, columns: 111 });
        expect(await verdict(container, { strict: false })).toBe("unseen");
        expect(await verdict(container, { strict: true })).toBe("broken");
      }));
  });

  test.each(["runc", "crun"])("is broken by %s when it sets none", (runtime) =>
    inTerminal(runtime, specOf(undefined), async (container) => {
      expect(await verdict(container, { strict: false })).toBe("broken");
    }),
  );
});
