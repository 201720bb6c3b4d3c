import type { DocumentName } from "./official.ts";

/** One place where our schemas and the official ones deliberately disagree. docs/schemas.md holds this table; a test compares the two. */
export type Difference = {
  readonly document: DocumentName | readonly DocumentName[];
  /** JSON pointer; `*` is any one token, `**` any number of them, none included. */
  readonly at: string;
  /** Who finds a fault there that the other does not. */
  readonly stricter: "ours" | "official";
  readonly official: string;
  readonly ours: string;
  readonly why: string;
  /** Which values in that place it is about; any when left out. A missing one is undefined. */
  readonly of?: (value: unknown) => boolean;
  /** A document of the first kind named that shows it. */
  readonly witness: unknown;
};

/** Whether a pointer is one that `pattern` (the `at` of a difference) means. */
export function matches(pattern: string, pointer: string): boolean {
  const tokens = pattern.split("/").map((token, index) => {
    if (token === "**") return "(?:/[^/]*)*";
    const exact = token === "*" ? "[^/]+" : token.replace(/[.^$+?()[\]{}|\\]/g, "\\$&");
    return index === 0 ? exact : `/${exact}`;
  });
  return new RegExp(`^${tokens.join("")}$`, "s").test(pointer);
}

/** Values that a difference may be about. */
export function missing(value: unknown): boolean {
  return value === undefined;
}

export function isString(value: unknown): boolean {
  return typeof value === "string";
}

export function isInteger(value: unknown): boolean {
  return typeof value === "bigint" || Number.isInteger(value);
}
