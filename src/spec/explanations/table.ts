/**
 * What fields do, by pattern: a JSON pointer in which "*" stands for any index or key. Each has the section of the runtime
 * specification and one sentence, for someone who wants to know what comes of it and where Linux shows it.
 */
export type Explanations = Readonly<Record<`/${string}`, readonly [section: Section, says: string]>>;

/** A heading of the runtime specification: "config.md#mounts". */
export type Section = `${string}.md#${string}`;
