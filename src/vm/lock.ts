import { dirname } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { makeDirectory } from "../base/directory.ts";
import { OcilabError } from "../base/errors.ts";
import { startProgram } from "../base/process.ts";

/**
 * Hold a file's lock until disposed of: whoever asks meanwhile waits. It is flock(2), held by flock(1) for as long as its standard input is
 * open, so that the kernel frees it however this process ends.
 */
export async function lockFile(path: string, { signal }: Cancel = {}): Promise<AsyncDisposable> {
  makeDirectory(dirname(path));
  const { child } = await startProgram("flock", [path, "sh", "-c", "echo held; exec cat >/dev/null"], {
    stdin: "pipe",
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  const held = await Promise.race([
    new Promise<true>((resolve) => child.stdout?.once("data", () => resolve(true))),
    child.then(() => false),
  ]);
  signal?.throwIfAborted();
  if (!held)
    throw new OcilabError("host.program-missing", {
      doing: `lock ${path}`,
      got: "flock did not lock it",
      hint: "install the Debian package util-linux",
    });
  return {
    async [Symbol.asyncDispose]() {
      child.stdin?.end();
      await child;
    },
  };
}
