import { statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import type { Gathered, Scene } from "./evidence.ts";

/** Who may write where the runtime keeps its containers, and who we are. */
export function stateDirectory({ root }: Scene): Gathered {
  const there = nearestExisting(root);
  const { uid, gid, mode } = statSync(there);
  const rights = (mode & 0o7777).toString(8).padStart(4, "0");
  const personal = process.env["XDG_RUNTIME_DIR"];
  return {
    evidence: [
      { source: there, says: `belongs to uid ${uid}, gid ${gid}, with mode ${rights}` },
      { source: "this process", says: `is uid ${userInfo().uid}` },
      { source: "XDG_RUNTIME_DIR", says: personal === undefined ? "is not set" : `is ${personal}` },
    ],
  };
}

function nearestExisting(path: string): string {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined || path === "/") return path;
  return nearestExisting(dirname(path));
}
