import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ProgramResult, runProgram } from "../../src/base/process.ts";
import { formatJson } from "../../src/oci/json.ts";
import type { Spec } from "../../src/oci/spec.ts";
import { programPath } from "../support/needs.ts";

/** Make a bundle of busybox and this config in `directory`, run it to its end and leave no container. */
export async function runBundle(
  directory: string,
  { spec, command }: { readonly spec: Spec; readonly command: readonly string[] },
): Promise<ProgramResult> {
  const bin = join(directory, "rootfs/bin");
  // Root of a user namespace is somebody else outside and must be able to walk to the rootfs.
  chmodSync(directory, 0o711);
  mkdirSync(bin, { recursive: true });
  // Nor may it make the mount points there.
  for (const name of ["proc", "sys", "dev", "tmp"]) mkdirSync(join(directory, "rootfs", name));
  cpSync(programPath("busybox") ?? "busybox", join(bin, "busybox"));
  for (const name of ["id", "hostname", "grep", "cat", "tr", "touch", "sed", "mount"])
    symlinkSync("busybox", join(bin, name));
  writeFileSync(join(directory, "config.json"), formatJson(spec));
  const [file = "", ...args] = command;
  const id = `ocilab-test-spec-${process.pid}-${directory.split("-").at(-1)}`;
  const root = join(directory, "state");
  try {
    // A pipe as stdin: crun would give the host's /dev/null to the root of a user namespace (docs/decisions/0004).
    return await runProgram(file, [...args, "--root", root, "run", "--bundle", directory, id], { input: "" });
  } finally {
    await runProgram(file, [...args, "--root", root, "delete", "--force", id]);
  }
}
