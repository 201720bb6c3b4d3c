import { accessSync, constants } from "node:fs";
import { makeDirectory } from "./directory.ts";
import { errnoOf, OcilabError } from "./errors.ts";
import { quote } from "./text.ts";

/** Make a directory below OCILAB_HOME with what is missing above it, mode 0700. Errors: "host.store-unwritable". */
export function makeStore(directory: string): void {
  try {
    makeDirectory(directory, { mode: 0o700 });
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unwritable(directory, error);
  }
}

function unwritable(directory: string, cause: unknown): OcilabError {
  const errno = errnoOf(cause) ?? "an error";
  return new OcilabError("host.store-unwritable", {
    doing: `make ${quote(directory)}, where ocilab keeps things`,
    got: `the kernel answered ${errno}`,
    hint:
      errno === "EACCES" ? "run it as root, or set OCILAB_HOME to a directory that you may write" : undefined,
    facts: { directory, errno },
    cause,
  });
}
