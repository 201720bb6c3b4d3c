/** A document, a patch, and what comes of it; `refused`: a part of the fault's message instead. */
export type PatchCase = {
  readonly says: string;
  readonly document: unknown;
  readonly patch: unknown;
} & ({ readonly result: unknown } | { readonly refused: RegExp });

/** What RFC 6902's section 4 and its appendix A show, one fact a row, in data of our own. */
export const jsonPatchCases: readonly PatchCase[] = [
  row("an object gets a member", { a: 1 }, [{ op: "add", path: "/b", value: 2 }], { a: 1, b: 2 }),
  row("a list gets an entry in between", [1, 3], [{ op: "add", path: "/1", value: 2 }], [1, 2, 3]),
  row("a list gets an entry at its end by -", { l: [1] }, [{ op: "add", path: "/l/-", value: 2 }], {
    l: [1, 2],
  }),
  row("a list gets an entry at its end by its length", [1], [{ op: "add", path: "/1", value: 2 }], [1, 2]),
  row("a list as one entry", [1], [{ op: "add", path: "/-", value: [2, 3] }], [1, [2, 3]]),
  row("add replaces a member that is there", { a: 1 }, [{ op: "add", path: "/a", value: null }], { a: null }),
  row("a nested object", {}, [{ op: "add", path: "/a", value: { b: {} } }], { a: { b: {} } }),
  row("add at the root replaces the document", { a: 1 }, [{ op: "add", path: "", value: [] }], []),
  row("a member goes", { a: 1, b: 2 }, [{ op: "remove", path: "/a" }], { b: 2 }),
  row("an entry goes", [1, 2, 3], [{ op: "remove", path: "/1" }], [1, 3]),
  row("a value is replaced", { a: [1, 2] }, [{ op: "replace", path: "/a/0", value: "x" }], { a: ["x", 2] }),
  row(
    "a member moves to another object",
    { a: { x: 1 }, b: {} },
    [{ op: "move", from: "/a/x", path: "/b/y" }],
    {
      a: {},
      b: { y: 1 },
    },
  ),
  row("an entry moves within a list", [1, 2, 3, 4], [{ op: "move", from: "/1", path: "/3" }], [1, 3, 4, 2]),
  row("a move to where it is changes nothing", { a: 1 }, [{ op: "move", from: "/a", path: "/a" }], { a: 1 }),
  row("a move over what is there", { a: 1, b: 2 }, [{ op: "move", from: "/a", path: "/b" }], { b: 1 }),
  row("a copy leaves the original", { a: [1] }, [{ op: "copy", from: "/a", path: "/b" }], { a: [1], b: [1] }),
  row("a copy into itself", { a: { x: 1 } }, [{ op: "copy", from: "/a", path: "/a/y" }], {
    a: { x: 1, y: { x: 1 } },
  }),
  row(
    "a copy does not change with its original",
    { a: { x: 1 } },
    [
      { op: "copy", from: "/a", path: "/b" },
      { op: "add", path: "/a/x", value: 2 },
    ],
    { a: { x: 2 }, b: { x: 1 } },
  ),
  row("a test that holds", { a: { x: 1, y: [1] } }, [{ op: "test", path: "/a", value: { y: [1], x: 1 } }], {
    a: { x: 1, y: [1] },
  }),
  row("a test of the whole document", [1], [{ op: "test", path: "", value: [1.0] }], [1]),
  row("unknown members are passed over", {}, [{ op: "add", path: "/a", value: 1, note: "x" }], { a: 1 }),
  row(
    "~0 and ~1 stand for ~ and /",
    { "a/b": 1, "m~n": 2 },
    [
      { op: "test", path: "/a~1b", value: 1 },
      { op: "replace", path: "/m~0n", value: 3 },
    ],
    { "a/b": 1, "m~n": 3 },
  ),
  row("~01 stands for ~1", { "~1": 10 }, [{ op: "test", path: "/~01", value: 10 }], { "~1": 10 }),
  row("the empty name is a name", { "": { "": 1 } }, [{ op: "remove", path: "//" }], { "": {} }),
  row(
    "__proto__ is a name",
    { a: 1 },
    [{ op: "add", path: "/__proto__", value: { x: 1 } }],
    JSON.parse('{"a":1,"__proto__":{"x":1}}'),
  ),
  row(
    "operations see what earlier ones made",
    {},
    [
      { op: "add", path: "/a", value: {} },
      { op: "add", path: "/a/b", value: 1 },
    ],
    { a: { b: 1 } },
  ),
  row("an empty patch", { a: 1 }, [], { a: 1 }),
  refused("a parent that is missing", { a: 1 }, [{ op: "add", path: "/b/c", value: 1 }], /no "\/b"/),
  refused(
    "an index beyond the end",
    [1],
    [{ op: "add", path: "/2", value: 1 }],
    /has 1 entry, and none at 2/,
  ),
  refused(
    "- where there must be something",
    [1],
    [{ op: "replace", path: "/-", value: 1 }],
    /after the last entry/,
  ),
  refused("an index with a zero in front", [1, 2], [{ op: "remove", path: "/01" }], /no index/),
  refused("a name in a list", [1], [{ op: "remove", path: "/length" }], /no index/),
  refused("an index of another number form", [1, 2], [{ op: "remove", path: "/1e0" }], /no index/),
  refused("a member of a text", { a: "x" }, [{ op: "add", path: "/a/0", value: 1 }], /can have no members/),
  refused("what every object inherits", {}, [{ op: "remove", path: "/toString" }], /no "\/toString"/),
  refused("removing what is not there", {}, [{ op: "remove", path: "/a" }], /no "\/a"/),
  refused("removing everything", {}, [{ op: "remove", path: "" }], /whole document/),
  refused("replacing what is not there", {}, [{ op: "replace", path: "/a", value: 1 }], /no "\/a"/),
  refused(
    "moving into itself",
    { a: { b: {} } },
    [{ op: "move", from: "/a", path: "/a/b/c" }],
    /into itself/,
  ),
  refused("copying what is not there", {}, [{ op: "copy", from: "/a", path: "/b" }], /no "\/a"/),
  refused("a test that fails", { a: 1 }, [{ op: "test", path: "/a", value: 2 }], /there is 1, not 2/),
  refused(
    "a number is no text",
    { a: "10" },
    [{ op: "test", path: "/a", value: 10 }],
    /there is "10", not 10/,
  ),
  refused(
    "null is there, and absence is not null",
    {},
    [{ op: "test", path: "/a", value: null }],
    /no "\/a"/,
  ),
  refused(
    "a later failure takes all back",
    { a: 1 },
    [
      { op: "remove", path: "/a" },
      { op: "remove", path: "/a" },
    ],
    /no "\/a"/,
  ),
];

/** Documents that are no JSON Patch, with what is said. */
export const noPatches: readonly (readonly [patch: unknown, refused: RegExp])[] = [
  [[1], /an operation is an object/],
  [[null], /an operation is an object/],
  [[[]], /an operation is an object/],
  [[{ path: "/a" }], /needs a member "op"/],
  [[{ op: "Add", path: "/a", value: 1 }], /op is one of.*"Add"/],
  [[{ op: 3, path: "/a" }], /op is one of/],
  [[{ op: "add", value: 1 }], /needs a member "path"/],
  [[{ op: "add", path: "/a" }], /needs a member "value"/],
  [[{ op: "move", path: "/a" }], /needs a member "from"/],
  [[{ op: "remove", path: 1 }], /is a text/],
  [[{ op: "remove", path: "a" }], /is no JSON pointer/],
  [[{ op: "remove", path: "/a~2" }], /is no JSON pointer/],
  [[{ op: "remove", path: "/a~" }], /is no JSON pointer/],
  ["text", /list of operations/],
  [null, /list of operations/],
  [7, /list of operations/],
  [{ op: "remove", path: "/a" }, /single operation/],
];

/** What RFC 7396 says of each kind of value, in data of our own. */
export const mergeCases: readonly (readonly [document: unknown, patch: unknown, result: unknown])[] = [
  [{ a: 1 }, { a: 2 }, { a: 2 }],
  [{ a: 1 }, { b: 2 }, { a: 1, b: 2 }],
  [{ a: 1 }, { a: null }, {}],
  [{ a: 1, b: 2 }, { a: null }, { b: 2 }],
  [{ a: 1 }, { b: null }, { a: 1 }],
  [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
  [{ a: [1] }, { a: "x" }, { a: "x" }],
  [{ a: "x" }, { a: [1] }, { a: [1] }],
  [{ a: { b: 1, c: 2 } }, { a: { b: 3, c: null } }, { a: { b: 3 } }],
  [{ a: 1 }, { a: { b: { c: null } } }, { a: { b: {} } }],
  [{ a: [{ b: 1 }] }, { a: [{ b: null }] }, { a: [{ b: null }] }],
  [{ a: null }, { b: 1 }, { a: null, b: 1 }],
  [[1], { a: 1, b: null }, { a: 1 }],
  [{ a: 1 }, ["x"], ["x"]],
  [{ a: 1 }, null, null],
  [{}, { a: 18446744073709551615n }, { a: 18446744073709551615n }],
  [{ a: 1 }, JSON.parse('{"__proto__":{"x":1}}'), JSON.parse('{"a":1,"__proto__":{"x":1}}')],
];

function row(says: string, document: unknown, patch: unknown, result: unknown): PatchCase {
  return { says, document, patch, result };
}

function refused(says: string, document: unknown, patch: unknown, message: RegExp): PatchCase {
  return { says, document, patch, refused: message };
}
