/** One usable line of passwd(5). */
export type PasswdEntry = {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
};

/** One usable line of group(5). */
export type GroupEntry = { readonly name: string; readonly gid: number; readonly members: readonly string[] };

/** The lines of /etc/passwd that can be used, in order; comments and lines without a name or numeric ids are passed over, as getpwent(3) does. */
export function parsePasswd(text: string): readonly PasswdEntry[] {
  return fieldsOf(text).flatMap(([name = "", , uid = "", gid = "", , home = ""]) =>
    name !== "" && isId(uid) && isId(gid) ? [{ name, uid: Number(uid), gid: Number(gid), home }] : [],
  );
}

/** The lines of /etc/group that can be used, in order. */
export function parseGroup(text: string): readonly GroupEntry[] {
  return fieldsOf(text).flatMap(([name = "", , gid = "", members = ""]) =>
    name !== "" && isId(gid)
      ? [{ name, gid: Number(gid), members: members.split(",").filter((member) => member !== "") }]
      : [],
  );
}

function fieldsOf(text: string): readonly (readonly string[])[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(":"));
}

function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) <= 4294967295;
}
