import { parseSessionKeyrings } from "./parse/keys.ts";
import { readFact, rememberLast, unread } from "./read.ts";
import type { KernelFiles } from "./reading.ts";
import type { ProcessView } from "./view-type.ts";

const parseKeyrings = rememberLast(parseSessionKeyrings);

/** What is to be seen of keyrings and securebits of another process, which is little: keyctl(2) and prctl(2) answer for their caller alone. */
export async function readKept(
  files: KernelFiles,
  pid: number,
): Promise<Pick<ProcessView, "securebits" | "keyring">> {
  return {
    securebits: unread(
      `/proc/${pid}/status`,
      "absent",
      "Linux shows the securebits to the process itself alone (PR_GET_SECUREBITS)",
    ),
    keyring: {
      session: unread(
        `/proc/${pid}`,
        "absent",
        "Linux tells a process's session keyring to itself alone (KEYCTL_GET_KEYRING_ID)",
      ),
      visible: await readFact(files, "/proc/keys", parseKeyrings),
    },
  };
}
