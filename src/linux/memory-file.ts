import { closeSync, constants, fchmodSync, openSync, writeSync } from "node:fs";
import { errnoOf } from "../base/errors.ts";
import { systemCall } from "./door.ts";

/** linux/memfd.h; MFD_EXEC since Linux 6.3. */
const [MFD_CLOEXEC, MFD_EXEC] = [1, 0x10];

const memfdCreate = systemCall("int memfd_create(const char *name, uint flags)");

/** An open descriptor, closed when disposed of. */
export type OpenFile = Disposable & { readonly fd: number };

/**
 * A program that lies in memory alone and that everybody may execute (memfd_create(2)), open for reading: while it is open for writing the
 * kernel executes it for nobody. EACCES where the host forbids such programs (sysctl vm.memfd_noexec).
 */
export function programInMemory(name: string, content: Uint8Array): OpenFile {
  const writable = createExecutable(name);
  try {
    for (let at = 0; at < content.length; ) at += writeSync(writable, content, at);
    fchmodSync(writable, 0o555);
    const fd = openSync(`/proc/self/fd/${writable}`, constants.O_RDONLY);
    return { fd, [Symbol.dispose]: () => closeSync(fd) };
  } finally {
    closeSync(writable);
  }
}

/** Older kernels know no MFD_EXEC, and need none. */
function createExecutable(name: string): number {
  try {
    return memfdCreate(name, MFD_CLOEXEC | MFD_EXEC);
  } catch (error) {
    if (errnoOf(error) !== "EINVAL") throw error;
    return memfdCreate(name, MFD_CLOEXEC);
  }
}
