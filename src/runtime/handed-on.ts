import { readlinkSync, statSync } from "node:fs";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";

/** What a caller hands on through a runtime to the container. */
export type HandedOn = {
  readonly consoleSocket?: string | undefined;
  readonly pidfdSocket?: string | undefined;
  readonly preserveFds?: readonly number[] | undefined;
};

/**
 * Refuse sockets that are not there and descriptors that the caller did not give: runtimes answer the first with the words of connect(2), and
 * take for the second whatever has the number, which is Node's own (its io_uring, its pipes) or the runtime's, and then the container's.
 * Errors: "usage.bad-argument".
 */
export function refuseNotGiven(doing: string, { consoleSocket, pidfdSocket, preserveFds }: HandedOn): void {
  const sockets = [
    ["--console-socket", consoleSocket],
    ["--pidfd-socket", pidfdSocket],
  ] as const;
  for (const [flag, path] of sockets) {
    if (path === undefined || isSocket(path)) continue;
    throw new OcilabError("usage.bad-argument", {
      doing,
      got: `${flag}: ${quote(path)} is no socket, or none that we may look at`,
      hint: "start the program that listens there first",
    });
  }
  const missing = preserveFds?.find((fd) => !isGiven(fd));
  if (missing === undefined) return;
  throw new OcilabError("usage.bad-argument", {
    doing,
    got: `of the ${preserveFds?.length} descriptors that the container is to keep, ${missing} is not open`,
    hint: `open it first, as a shell does by ${missing}<FILE, or give --preserve-fds a smaller number`,
    facts: { descriptor: missing },
  });
}

function isSocket(path: string): boolean {
  try {
    return statSync(path).isSocket();
  } catch {
    return false;
  }
}

/** Node fills the lowest gap that its caller left with the epoll of its event loop, before it opens anything else that stays. */
function isGiven(fd: number): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) !== "anon_inode:[eventpoll]";
  } catch {
    return false;
  }
}
