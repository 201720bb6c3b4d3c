import { OcilabError } from "../base/errors.ts";
import { nearest, quote } from "../base/text.ts";
import type { User } from "../oci/spec.ts";
import type { SpecContext } from "./context.ts";
import { type GroupEntry, type PasswdEntry, parseGroup, parsePasswd } from "./parse/accounts.ts";

/**
 * "name", "uid", "name:group", "uid:gid" and mixtures of them → `process.user`, looked up in the rootfs's passwd and group files
 * (image-spec config.md#properties, conversion.md#configuser).
 * - A number is taken as it is, whether a file lists it or not; its group is the one passwd gives that uid, else 0.
 * - additionalGids are, as with Docker, the group itself and, when `text` names no group, those that list the user's name. The group
 *   itself is among them so that a setgid program cannot shed it and with it the denials of its permissions (CVE-2022-36109).
 * - "" means uid 0.
 * Errors: "spec.unknown-user", "spec.unknown-group", each with the names that the file does have.
 */
export function resolveUser(text: string, context: SpecContext): User {
  const [user, group] = split(text);
  const wanted = user === "" ? "0" : user;
  const users = parsePasswd(context.passwd ?? "");
  const groups = parseGroup(context.group ?? "");
  const entry = findUser(wanted, users);
  const uid = entry?.uid ?? numberOf(wanted);
  if (uid === undefined) throw unknown("user", wanted, context.passwd, users);
  if (group !== undefined) return withGroups(uid, resolveGroup(group, context), []);
  return withGroups(uid, entry?.gid ?? 0, entry === undefined ? [] : groupsOf(entry, groups));
}

/** A group name or number → gid. Errors: "spec.unknown-group". */
export function resolveGroup(text: string, context: SpecContext): number {
  const groups = parseGroup(context.group ?? "");
  const gid = groups.find(({ name }) => name === text)?.gid ?? numberOf(text);
  if (gid === undefined) throw unknown("group", text, context.group, groups);
  return gid;
}

/** The user that the image asks for; root when it asks for none. */
export function imageUser(context: SpecContext): User {
  return resolveUser(context.image?.config?.User ?? "", context);
}

/** The home directory that passwd gives this uid, else "/": what runtimes put into HOME. */
export function homeOf(uid: number, passwd: string | undefined): string {
  const home = parsePasswd(passwd ?? "").find((entry) => entry.uid === uid)?.home ?? "";
  return home === "" ? "/" : home;
}

function split(text: string): readonly [string, string?] {
  const colon = text.indexOf(":");
  if (colon < 0) return [text];
  const group = text.slice(colon + 1);
  return group === "" ? [text.slice(0, colon)] : [text.slice(0, colon), group];
}

/** A name goes before a number, so that a user whose name is "1000" is found; then the number is looked up for its group. */
function findUser(wanted: string, users: readonly PasswdEntry[]): PasswdEntry | undefined {
  const uid = numberOf(wanted);
  return users.find(({ name }) => name === wanted) ?? users.find((entry) => entry.uid === uid);
}

function groupsOf(user: PasswdEntry, groups: readonly GroupEntry[]): readonly number[] {
  return groups.filter(({ members }) => members.includes(user.name)).map(({ gid }) => gid);
}

function withGroups(uid: number, gid: number, more: readonly number[]): User {
  return { uid, gid, additionalGids: [...new Set([gid, ...more])] };
}

function numberOf(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= 4294967294 ? Number(text) : undefined;
}

function unknown(
  kind: "user" | "group",
  wanted: string,
  text: string | undefined,
  entries: readonly { readonly name: string }[],
): OcilabError {
  const file = kind === "user" ? "/etc/passwd" : "/etc/group";
  const names = [...new Set(entries.map(({ name }) => name))];
  const near = nearest(wanted, names);
  return new OcilabError(kind === "user" ? "spec.unknown-user" : "spec.unknown-group", {
    doing: `look up the ${kind} ${quote(wanted)}`,
    got:
      text === undefined
        ? `the rootfs has no ${file}, so only numbers can be used`
        : `${file} of the rootfs has ${names.length === 0 ? "no entry" : `only ${listed(names)}`}`,
    hint: near === undefined ? "use one of these, or a number" : `did you mean ${quote(near)}?`,
    facts: { wanted, found: names },
  });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 30).map((name) => quote(name, 40));
  return shown.join(", ") + (names.length > shown.length ? ` and ${names.length - shown.length} more` : "");
}
