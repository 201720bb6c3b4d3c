import { all, bad, good, linesOf, type Parsed } from "./parsed.ts";

/** How mount and unmount events travel (mount_namespaces(7)). `group` and `master` are peer group numbers. */
export type Propagation =
  | { readonly kind: "private" | "unbindable" }
  | { readonly kind: "shared"; readonly group: number }
  | { readonly kind: "slave"; readonly master: number; readonly from?: number }
  | {
      readonly kind: "shared and slave";
      readonly group: number;
      readonly master: number;
      readonly from?: number;
    };

/** One line of /proc/PID/mountinfo (proc_pid_mountinfo(5)). */
export type MountView = {
  readonly id: number;
  readonly parent: number;
  readonly device: { readonly major: number; readonly minor: number };
  /** The directory of the filesystem that is mounted here; namespace files have "net:[4026531833]". */
  readonly root: string;
  /** Relative to the root directory of the process. */
  readonly mountPoint: string;
  /** Options of this mount: "ro", "nosuid", … */
  readonly flags: readonly string[];
  readonly propagation: Propagation;
  readonly type: string;
  readonly source: string;
  /** Options of the filesystem, which all of its mounts share: "rw", "size=65536k", … */
  readonly superOptions: readonly string[];
};

export function parseMountinfo(text: string): Parsed<readonly MountView[]> {
  return all(linesOf(text).map(parseLine));
}

/** `\040` and the like: the kernel writes blank, tab, line feed, backslash and "#" as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function parseLine(line: string): Parsed<MountView> {
  const separator = line.indexOf(" - ");
  const before = line.slice(0, separator).split(" ");
  const [type, source, superOptions] = line.slice(separator + 3).split(" ");
  const [id, parent, device, root, mountPoint, flags, ...optional] = before;
  const [, major, minor] = /^(\d+):(\d+)$/.exec(device ?? "") ?? [];
  const whole = separator > 0 && /^\d+$/.test(id ?? "") && /^\d+$/.test(parent ?? "");
  if (!whole || root === undefined || mountPoint === undefined || flags === undefined || major === undefined)
    return bad("ID PARENT MAJOR:MINOR ROOT POINT FLAGS [TAGS] - TYPE SOURCE OPTIONS", line);
  return good({
    id: Number(id),
    parent: Number(parent),
    device: { major: Number(major), minor: Number(minor) },
    root: unescapeOctal(root),
    mountPoint: unescapeOctal(mountPoint),
    flags: flags.split(","),
    propagation: propagationOf(optional),
    type: unescapeOctal(type ?? ""),
    source: unescapeOctal(source ?? ""),
    superOptions: splitOptions(superOptions ?? ""),
  });
}

/** A comma inside a value is escaped by some filesystems (overlay: `\054` or `\,`), so those do not part options. */
function splitOptions(text: string): readonly string[] {
  return text
    .split(/(?<!\\),/)
    .filter((option) => option !== "")
    .map(unescapeOctal);
}

/** The optional fields; ones that are not known are left out, as the manual page demands. */
function propagationOf(tags: readonly string[]): Propagation {
  const group = tagged(tags, "shared");
  const master = tagged(tags, "master");
  const from = tagged(tags, "propagate_from");
  const origin = from === undefined ? {} : { from };
  if (group !== undefined && master !== undefined)
    return { kind: "shared and slave", group, master, ...origin };
  if (group !== undefined) return { kind: "shared", group };
  if (master !== undefined) return { kind: "slave", master, ...origin };
  return { kind: tags.includes("unbindable") ? "unbindable" : "private" };
}

function tagged(tags: readonly string[], name: string): number | undefined {
  const value = tags.find((tag) => tag.startsWith(`${name}:`))?.slice(name.length + 1);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
