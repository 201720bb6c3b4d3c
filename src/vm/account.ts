import { readFileSync } from "node:fs";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";

export type Account = { readonly name: string; readonly uid: number; readonly home: string };

/** A user of this host, who is a user of the machine as well, by name or number. Error: "vm.no-user". */
export function readAccount(wanted: string): Account {
  const account = findAccount(readFileSync("/etc/passwd", "utf8"), wanted);
  if (account !== undefined) return account;
  throw new OcilabError("vm.no-user", {
    doing: `run the command as ${quote(wanted)}`,
    got: "/etc/passwd has no such user",
    hint: "name a user of this host, such as nobody",
  });
}

/** The line of passwd(5) whose name or number is `wanted`. */
export function findAccount(passwd: string, wanted: string): Account | undefined {
  return passwd
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name = "", , uid = "", , , home = "/"]) => ({ name, uid: Number(uid), home }))
    .find(({ name, uid }) => name !== "" && (name === wanted || String(uid) === wanted));
}
