/** A range of a user namespace's map, shaped as config.json has it (user_namespaces(7)). */
export type IdRange = { readonly containerID: number; readonly hostID: number; readonly size: number };

/**
 * The ids that an ordinary user may give a user namespace: with "ranges", 0 is the user and 1 and up are those that /etc/subuid and
 * /etc/subgid grant; with "single", 0 is the user and there is no other.
 */
export type IdMaps = {
  readonly kind: "ranges" | "single";
  readonly uidMappings: readonly IdRange[];
  readonly gidMappings: readonly IdRange[];
};

/** What `planIdMaps` must know of the host and of the user who asks. */
export type SubIdFacts = {
  readonly uid: number;
  readonly gid: number;
  /** Login name; undefined when the user database has none for the uid. */
  readonly user: string | undefined;
  /** Texts of /etc/subuid and /etc/subgid; undefined when there is no such file. */
  readonly subuid: string | undefined;
  readonly subgid: string | undefined;
  /** Of newuidmap and newgidmap, those that are not in PATH. */
  readonly missingPrograms: readonly string[];
  /** PR_SET_NO_NEW_PRIVS: then newuidmap, which is setuid root, can do nothing. */
  readonly noNewPrivileges: boolean;
};

/** What is in the way of more than one id, or wrong with the ranges, and what to do about it. */
export type SubIdComplaint = { readonly says: string; readonly hint: string };

export type IdPlan = {
  readonly maps: IdMaps;
  /** Why there is a single id only. */
  readonly lacks?: SubIdComplaint;
  /** Ranges that cannot be used as they stand in the files, or that others have as well. */
  readonly complaints: readonly SubIdComplaint[];
};

/**
 * Pure: the maps that this user can have. Ranges that meet the user's own id or one that came before are left out with a complaint:
 * the kernel takes every id once. Source: subuid(5), newuidmap(1), user_namespaces(7).
 */
export function planIdMaps(facts: SubIdFacts): IdPlan {
  const { uid, gid } = facts;
  const single: IdMaps = {
    kind: "single",
    uidMappings: [{ containerID: 0, hostID: uid, size: 1 }],
    gidMappings: [{ containerID: 0, hostID: gid, size: 1 }],
  };
  const lacks = lackOf(facts);
  if (lacks !== undefined) return { maps: single, lacks, complaints: [] };
  const users = layOut("/etc/subuid", facts.subuid, { facts, own: uid });
  const groups = layOut("/etc/subgid", facts.subgid, { facts, own: gid });
  const complaints = [...users.complaints, ...groups.complaints];
  if (users.mappings.length === 1 || groups.mappings.length === 1) {
    const [first = { says: "the ranges are empty", hint: "see subuid(5)" }] = complaints;
    return { maps: single, lacks: first, complaints };
  }
  return {
    maps: { kind: "ranges", uidMappings: users.mappings, gidMappings: groups.mappings },
    complaints,
  };
}

/** A line of /etc/subuid or /etc/subgid: whose it is, by name or number, the first id and how many. */
type SubIdLine = {
  readonly owner: string;
  readonly first: number;
  readonly count: number;
  readonly line: number;
};

/** The lines of a subuid(5) file; those that are none are passed over, as newuidmap does. */
export function parseSubIds(text: string): readonly SubIdLine[] {
  return text.split("\n").flatMap((content, index): SubIdLine[] => {
    const [, owner, first, count] = /^([^:#\s][^:]*):(\d+):(\d+)\s*$/.exec(content) ?? [];
    if (owner === undefined || Number(count) === 0) return [];
    return [{ owner, first: Number(first), count: Number(count), line: index + 1 }];
  });
}

function lackOf(facts: SubIdFacts): SubIdComplaint | undefined {
  const { missingPrograms, noNewPrivileges } = facts;
  const files = [
    ["/etc/subuid", facts.subuid],
    ["/etc/subgid", facts.subgid],
  ] as const;
  const empty = files.filter(([, text]) => ownLines(text, facts).length === 0).map(([file]) => file);
  if (empty.length > 0) {
    const line = `${facts.user ?? facts.uid}:${freeRange(facts)}:65536`;
    return {
      says: `${empty.join(" and ")} ${empty.length > 1 ? "have" : "has"} no range for ${nameOf(facts)}`,
      hint: `as root: ${empty.map((file) => `echo ${line} >>${file}`).join("; ")}`,
    };
  }
  if (missingPrograms.length > 0) {
    const says = `${missingPrograms.join(" and ")}, which would map the ranges of ${nameOf(facts)}, ${missingPrograms.length > 1 ? "are" : "is"} not in PATH`;
    return { says, hint: "install the Debian package uidmap" };
  }
  if (!noNewPrivileges) return undefined;
  return {
    says: "this process may gain no privileges (no_new_privs), so newuidmap cannot map the ranges",
    hint: "run outside of the sandbox or service that sets it (systemd: NoNewPrivileges=)",
  };
}

type Owner = { readonly facts: SubIdFacts; readonly own: number };

/** The user's own id first, then each usable range behind the one before. */
function layOut(file: string, text: string | undefined, { facts, own }: Owner) {
  const mappings: IdRange[] = [{ containerID: 0, hostID: own, size: 1 }];
  const complaints: SubIdComplaint[] = [];
  const lines = ownLines(text, facts);
  const others = parseSubIds(text ?? "").filter((line) => !lines.some((mine) => mine.line === line.line));
  for (const { first, count, line } of lines) {
    const clash = mappings.find(({ hostID, size }) =>
      meets({ first, count }, { first: hostID, count: size }),
    );
    if (clash !== undefined) {
      const what = clash.hostID === own ? `the own id ${own}` : `another range of ${nameOf(facts)}`;
      complaints.push({
        says: `line ${line} of ${file} (${first}:${count}) overlaps ${what}, and is not used`,
        hint: "the kernel maps every id once: give the line another range",
      });
      continue;
    }
    const [last] = mappings.slice(-1);
    mappings.push({
      containerID: last === undefined ? 0 : last.containerID + last.size,
      hostID: first,
      size: count,
    });
    const shared = others.find((other) => meets(other, { first, count }));
    if (shared === undefined) continue;
    complaints.push({
      says: `line ${line} of ${file} (${first}:${count}) overlaps line ${shared.line}, of ${shared.owner}: each can change the other's files`,
      hint: "give one of them another range",
    });
  }
  return { mappings, complaints };
}

function ownLines(text: string | undefined, { user, uid }: SubIdFacts): readonly SubIdLine[] {
  return parseSubIds(text ?? "").filter(({ owner }) => owner === user || owner === `${uid}`);
}

type Span = { readonly first: number; readonly count: number };

function meets(a: Span, b: Span): boolean {
  return a.first < b.first + b.count && b.first < a.first + a.count;
}

/** Where 65,536 ids are free in both files, as useradd would begin: 100000 (login.defs(5), SUB_UID_MIN). */
function freeRange({ subuid, subgid }: SubIdFacts): number {
  const taken = [...parseSubIds(subuid ?? ""), ...parseSubIds(subgid ?? "")];
  return Math.max(100_000, ...taken.map(({ first, count }) => first + count));
}

function nameOf({ user, uid }: SubIdFacts): string {
  return user ?? `uid ${uid}`;
}
