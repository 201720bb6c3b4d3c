/** A config in the form in which two of them are compared: lists whose order means nothing are objects by what identifies an entry. */
export type Tree = { readonly [name: string]: Branch | undefined };
export type Branch = Tree | Leaf;
/** What is compared as a whole; a list is a sequence. */
export type Leaf = string | number | bigint | boolean | readonly unknown[] | null;

/** A tree without members that are undefined, and without objects that have no others: absent and empty say the same. */
export function compact(tree: Tree): Tree {
  const members = Object.entries(tree).flatMap(([name, branch]) => {
    if (branch === undefined) return [];
    const kept = isTree(branch) ? compact(branch) : branch;
    const empty = typeof kept === "object" && kept !== null && Object.keys(kept).length === 0;
    return empty ? [] : [[name, kept] as const];
  });
  return Object.fromEntries(members);
}

export function isTree(branch: Branch | undefined): branch is Tree {
  return typeof branch === "object" && branch !== null && !Array.isArray(branch);
}

/** An unordered list of words: each is there or not. */
export function setOf(words: readonly (string | number | bigint)[] | undefined): Tree | undefined {
  return words === undefined ? undefined : Object.fromEntries(words.map((word) => [String(word), true]));
}

/** A list by what identifies an entry; a second one of the same key gets a number. */
export function keyed<T>(
  list: readonly T[] | undefined,
  key: (entry: T) => string,
  form: (entry: T) => Branch,
): Tree {
  const tree = new Map<string, Branch>();
  for (const entry of list ?? []) {
    const name = key(entry);
    let unique = name;
    for (let number = 2; tree.has(unique); number++) unique = `${name} (${number})`;
    tree.set(unique, form(entry));
  }
  return Object.fromEntries(tree);
}

/** `value`, but undefined where it says the same as being absent. */
export function unless<T>(value: T | undefined, ...same: readonly T[]): T | undefined {
  return value === undefined || same.some((other) => String(other) === String(value)) ? undefined : value;
}

/** Whatever it is, as it stands: for parts that have no meaning of their own here. */
export function plain(value: unknown): Branch {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value as Leaf;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}
