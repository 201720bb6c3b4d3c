import type { MountView } from "../kernel/parse/mountinfo.ts";
import { pageSizes } from "./compare.ts";

/** Flags of a mount as mountinfo shows them; `true`: it has to be there. */
export type FlagWishes = Readonly<Record<string, boolean>>;
export type PropagationWish = "private" | "shared" | "slave" | "unbindable";

/** What the options of one mount ask, by where the kernel would show it. */
export type OptionWishes = {
  readonly flags: FlagWishes;
  /** Flags that all mounts below have to have as well. */
  readonly recursive: FlagWishes;
  readonly propagation: PropagationWish | undefined;
  /** Options of the filesystem, with their place in the list. */
  readonly data: readonly { readonly index: number; readonly text: string }[];
  /** Those that leave nothing to be seen, with why. */
  readonly hidden: readonly { readonly index: number; readonly text: string; readonly why: string }[];
};

/** mount(8), "filesystem-independent mount options", in the words of mountinfo. Later options win over earlier ones. */
const flagsOf: Readonly<Record<string, FlagWishes>> = {
  ro: { ro: true },
  rw: { ro: false },
  nosuid: { nosuid: true },
  suid: { nosuid: false },
  nodev: { nodev: true },
  dev: { nodev: false },
  noexec: { noexec: true },
  exec: { noexec: false },
  nosymfollow: { nosymfollow: true },
  symfollow: { nosymfollow: false },
  noatime: { noatime: true, relatime: false },
  atime: { noatime: false },
  relatime: { relatime: true, noatime: false },
  strictatime: { relatime: false, noatime: false },
  nodiratime: { nodiratime: true },
  diratime: { nodiratime: false },
  sync: { sync: true },
  async: { sync: false },
  dirsync: { dirsync: true },
  lazytime: { lazytime: true },
  nolazytime: { lazytime: false },
  idmap: { idmapped: true },
  ridmap: { idmapped: true },
};

const propagations: Readonly<Record<string, PropagationWish>> = {
  private: "private",
  rprivate: "private",
  shared: "shared",
  rshared: "shared",
  slave: "slave",
  rslave: "slave",
  unbindable: "unbindable",
  runbindable: "unbindable",
};

/** Options that say how to mount, and show in what is mounted, not as options. */
const manner = ["bind", "rbind", "remount", "defaults", "norelatime", "nostrictatime"];

const hiddenWhy: Readonly<Record<string, string>> = {
  tmpcopyup: "what was copied cannot be told from what was there",
  silent: "it only silences the kernel's log",
  loud: "it only silences the kernel's log",
  iversion: "the kernel does not show it",
  noiversion: "the kernel does not show it",
  mand: "the kernel has no mandatory locks any more",
  nomand: "the kernel has no mandatory locks any more",
  newinstance: "every devpts is an instance of its own since Linux 4.7",
};

/** Sort the options of one mount of config.json by what they ask. Pure. */
export function optionWishes(options: readonly string[]): OptionWishes {
  const bind = options.some((option) => option === "bind" || option === "rbind");
  let flags: FlagWishes = {};
  let recursive: FlagWishes = {};
  let propagation: PropagationWish | undefined;
  const data: { index: number; text: string }[] = [];
  const hidden: { index: number; text: string; why: string }[] = [];
  for (const [index, text] of options.entries()) {
    const plain = flagsOf[text];
    const below = text.startsWith("r") ? flagsOf[text.slice(1)] : undefined;
    if (plain !== undefined) flags = { ...flags, ...plain };
    else if (below !== undefined) {
      flags = { ...flags, ...below };
      recursive = { ...recursive, ...below };
    } else if (text in propagations) propagation = propagations[text];
    else if (manner.includes(text)) continue;
    else if (text in hiddenWhy) hidden.push({ index, text, why: hiddenWhy[text] ?? "" });
    else if (bind) hidden.push({ index, text, why: "a bind mount takes no options of the filesystem" });
    else data.push({ index, text });
  }
  return { flags, recursive, propagation, data, hidden };
}

/** The flags that are not as wished, each in words; none: all are kept. */
export function flagDifferences(wishes: FlagWishes, mount: MountView): readonly string[] {
  return Object.entries(wishes).flatMap(([flag, wanted]) => {
    const there = mount.flags.includes(flag) || mount.superOptions.includes(flag);
    if (there === wanted) return [];
    return wanted ? [`${flag} is missing`] : [`${flag} is set`];
  });
}

/**
 * Why the propagation is not as wished (mount_namespaces(7)). "slave" of a mount that nobody shares is private: there is no master to
 * follow, so only a peer group is against it.
 */
export function propagationDifference(
  wish: PropagationWish | undefined,
  { propagation }: MountView,
): string | undefined {
  const { kind } = propagation;
  switch (wish) {
    case undefined:
      return undefined;
    case "shared":
      return kind === "shared" || kind === "shared and slave" ? undefined : `propagation is ${kind}`;
    case "slave":
      return kind === "slave" || kind === "private" ? undefined : `propagation is ${kind}`;
    case "private":
    case "unbindable":
      return kind === wish ? undefined : `propagation is ${kind}`;
  }
}

/** Of an option of the filesystem: kept, another value, or not among those that the kernel shows. */
export type DataVerdict = "kept" | "hidden" | { readonly differs: string };

/** Compare `key=value` with what mountinfo shows, sizes in bytes, modes in octal. `ids` are the values that count as one id. */
export function dataVerdict(
  text: string,
  mount: MountView,
  ids: (name: string, id: number) => readonly number[],
): DataVerdict {
  if (mount.superOptions.includes(text)) return "kept";
  const [key = "", value] = splitOnce(text);
  const shown = mount.superOptions.find((option) => option.startsWith(`${key}=`));
  const seen = shown === undefined ? defaultOf(mount.type, key) : splitOnce(shown)[1];
  if (value === undefined || seen === undefined) return "hidden";
  const kept = sameData(key, { asked: value, seen, ids });
  if (kept === undefined) return "hidden";
  return kept ? "kept" : { differs: `asked for ${text}, the kernel shows ${key}=${seen}` };
}

/** What the kernel leaves out because it is the default (mm/shmem.c). */
function defaultOf(type: string, key: string): string | undefined {
  if (type !== "tmpfs") return undefined;
  return { mode: "1777", uid: "0", gid: "0" }[key];
}

function sameData(
  key: string,
  pair: {
    readonly asked: string;
    readonly seen: string;
    readonly ids: (name: string, id: number) => readonly number[];
  },
): boolean | undefined {
  const { asked, seen } = pair;
  if (key === "mode" || key === "ptmxmode") return Number.parseInt(asked, 8) === Number.parseInt(seen, 8);
  if (key === "uid" || key === "gid") return pair.ids(key, Number(asked)).includes(Number(seen));
  if (key !== "size" && key !== "nr_inodes") return asked === seen;
  const [wanted, there] = [inBytes(asked), inBytes(seen)];
  if (wanted === undefined || there === undefined) return undefined;
  return (
    there === wanted ||
    (key === "size" && pageSizes.map(Number).some((page) => there === Math.ceil(wanted / page) * page))
  );
}

function inBytes(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,18})([kmgt]?)$/i.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  return Number(digits) * 1024 ** " kmgt".indexOf(unit.toLowerCase() || " ");
}

function splitOnce(text: string): readonly [string, string | undefined] {
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
