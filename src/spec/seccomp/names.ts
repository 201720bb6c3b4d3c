import { syscallGroups } from "./profile.ts";
import { refusedCalls } from "./refused.ts";

/** Every system call name that the tables know, of all architectures up to Linux 6.17 (include/uapi/asm-generic/unistd.h and its kin). */
export const syscallNames: ReadonlySet<string> = new Set(
  [...syscallGroups, ...refusedCalls].flatMap(({ calls }) => calls),
);
