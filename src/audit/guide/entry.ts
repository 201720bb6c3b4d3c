/** One place of config.json as docs/claims.md lists it. */
export type GuideEntry = {
  /** JSON pointer; `*` stands for a name or an index. */
  readonly at: string;
  /** Section of the runtime specification. */
  readonly section: string;
} & (
  | {
      readonly kind: "claim";
      /** What answers: files (PID is the container's process, CGROUP its directory), else system calls. The sources of findings name one of them. */
      readonly evidence: readonly string[];
      /** What the kernel has to show. Anything else is broken, but for what `unseen` says. */
      readonly kept: string;
      /** When the answer does not decide, beside answers that cannot be had. */
      readonly unseen?: string;
      /** The members below that it judges; all when left out. */
      readonly members?: readonly string[];
    }
  /** The kernel applies it and shows it to nobody. */
  | { readonly kind: "hidden"; readonly why: string }
  /** Nothing that the kernel is asked for. */
  | { readonly kind: "no wish"; readonly why: string }
);

type Rest = { readonly unseen?: string; readonly members?: readonly string[] };

/** A claim of one section: place, evidence, meaning. */
export type ClaimRow = readonly [at: string, evidence: string | readonly string[], kept: string, rest?: Rest];

/** Rows of one section of the specification. */
export function claimRows(section: string, rows: readonly ClaimRow[]): readonly GuideEntry[] {
  return rows.map(([at, evidence, kept, rest = {}]) => ({
    at,
    section,
    kind: "claim",
    evidence: typeof evidence === "string" ? [evidence] : evidence,
    kept,
    ...rest,
  }));
}

/** Places of one section that the kernel shows to nobody. */
export function hiddenRows(section: string, rows: Readonly<Record<string, string>>): readonly GuideEntry[] {
  return Object.entries(rows).map(([at, why]) => ({ at, section, kind: "hidden", why }));
}

/** Places that ask the kernel for nothing. */
export function noWishRows(section: string, rows: Readonly<Record<string, string>>): readonly GuideEntry[] {
  return Object.entries(rows).map(([at, why]) => ({ at, section, kind: "no wish", why }));
}
