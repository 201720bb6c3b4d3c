import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OcilabError } from "../../src/base/errors.ts";
import { findDuplicateKeys, formatJson, parseJson } from "../../src/oci/json.ts";

const name = "config.json";
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false, 0, 1.5, -1e-7, 1e300, 2 ** 53 - 1, -(2 ** 53 - 1)),
    fc.integer(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((number) => Number.isSafeInteger(number) || !Number.isInteger(number)),
    fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 64n })
      .filter((integer) => !Number.isSafeInteger(Number(integer))),
    fc.string({ unit: "binary" }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 }),
  ),
})).value;

describe("numbers", () => {
  test.each([
    ["18446744073709551615", 18446744073709551615n],
    ["-9223372036854775808", -9223372036854775808n],
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", 9007199254740992n],
    ["-9007199254740993", -9007199254740993n],
    ["340282366920938463463374607431768211456", 340282366920938463463374607431768211456n],
    ["1e3", 1000],
    ["1E-2", 0.01],
    ["1.0", 1],
    ["1.5", 1.5],
    ["-0", -0],
    ["1e19", 1e19],
  ])("%s is read as it is", (text, value) => {
    expect(parseJson(text, { name })).toBe(value);
    expect(parseJson(`{"a":[{"b":${text}}]}`, { name })).toEqual({ a: [{ b: value }] });
  });

  test("what is read is written back digit for digit", () => {
    const text =
      '{"a":18446744073709551615,"b":[-9223372036854775808,{"c":9007199254740993}],"d":1.5,"e":"18446744073709551615"}';
    expect(formatJson(parseJson(text, { name }))).toBe(text);
  });

  test("-0 is written as 0, and what JSON cannot say is refused", () => {
    expect(formatJson({ a: -0 })).toBe('{"a":0}');
    expect(() => formatJson({ a: Number.NaN })).toThrow(RangeError);
    expect(() => formatJson([Number.POSITIVE_INFINITY])).toThrow(RangeError);
  });

  test("with an indent the text ends in a line feed", () => {
    expect(formatJson({ a: [2n ** 64n] }, { indent: 2 })).toBe(
      '{\n  "a": [\n    18446744073709551616\n  ]\n}\n',
    );
  });

  test("every value survives writing and reading", () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = formatJson(value, indent === undefined ? {} : { indent });
        expect(parseJson(text, { name })).toEqual(
          JSON.parse(JSON.stringify({ value: marked(value) }), unmarked).value,
        );
        expect(formatJson(parseJson(text, { name }), indent === undefined ? {} : { indent })).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a fault is shown where it is", () => {
  test.each([
    ['{"a":}', 1, 6, 'expected a value, found "}"'],
    ['{\n  "a": 1,\n}', 3, 1, "a comma stands before the closing brace"],
    ["[1,]", 1, 4, "a comma stands before the closing bracket"],
    ['{"a" 1}', 1, 6, 'expected a colon after the name "a", found "1"'],
    ['{"a":1\n "b":2}', 2, 2, 'expected a comma or "}" (opened on line 1), found "\\""'],
    ["{\n // x\n}", 2, 2, "JSON has no comments"],
    ["{'a':1}", 1, 2, 'expected a member name in double quotes, found "\'"'],
    ['{"a": "x', 1, 7, "a string is not closed"],
    ['["a\tb"]', 1, 4, 'the control character "\\t" must be escaped inside a string'],
    ['["\\x"]', 1, 3, '"\\\\x" is no escape of JSON'],
    ["[01]", 1, 2, '"01" is no number of JSON'],
    ["[1.]", 1, 2, '"1." is no number of JSON'],
    ["[+1]", 1, 2, 'expected a value, found "+1"'],
    ["[1e400]", 1, 2, "the number 1e400 is too large"],
    ["[True]", 1, 2, 'expected a value, found "True"'],
    ["{} {}", 1, 4, 'the document has ended, yet "{" follows'],
    ["", 1, 1, "the text is empty"],
    [" \n ", 2, 2, "the text is empty"],
    ["\ufeff{}", 1, 1, "a byte order mark stands before the JSON text; save the file as UTF-8 without one"],
    ["[".repeat(2000), 1, 1001, "nested deeper than 1000 levels"],
  ])("%j", (text, line, column, says) => {
    const error = faultOf(text);
    expect(error.code).toBe("spec.bad-json");
    expect(error.doing).toBe("read config.json");
    expect(error.got.split("\n")[0]).toBe(`line ${line}, column ${column}: ${says}`);
    expect(error.facts).toMatchObject({ line, column });
  });

  test("with the line and a caret, cut to a terminal's width", () => {
    expect(faultOf('{\n  "a": tru\n}').got.split("\n").slice(1)).toEqual(['2 |   "a": tru', "           ^"]);
    const long = faultOf(`{"${"x".repeat(500)}": ?, "y": "${"z".repeat(500)}"}`)
      .got.split("\n")
      .slice(1);
    expect(long[0]?.length).toBeLessThan(120);
    expect(long[0]?.[long[1]?.indexOf("^") ?? 0]).toBe("?");
  });

  test("every text that JSON.parse refuses has a place, and none that it takes", () => {
    const texts = fc
      .tuple(json, fc.nat(), fc.constantFrom("", ",", "}", "]", '"', "\\", "x", ":", "1", "-", "\u0001"))
      .map(([value, at, extra]) => {
        const text = formatJson(value);
        const place = at % (text.length + 1);
        return text.slice(0, place) + extra + text.slice(place + (at % 2));
      });
    fc.assert(
      fc.property(texts, (text) => {
        if (accepts(text)) expect(() => parseJson(text, { name })).not.toThrow();
        else expect(faultOf(text).got).toMatch(/^line \d+, column \d+: (?!bad JSON)/);
      }),
      { numRuns: 2000 },
    );
  });
});

test("members that occur twice are found wherever they are", () => {
  expect(findDuplicateKeys('{"a":1,"b":{"a":2,"a~/":3},"c":[{"a":1}]}')).toEqual([]);
  const found = findDuplicateKeys('{"a":1,\n "a":2,"b":[{"x/y":1,"x\\/y":2}]}');
  expect(found.map(({ at }) => at)).toEqual(["/a", "/b/0/x~1y"]);
  expect(found[0]).toMatchObject({ level: "warning", says: expect.stringContaining("line 2, column 2") });
});

function faultOf(text: string): OcilabError {
  try {
    parseJson(text, { name });
  } catch (error) {
    if (error instanceof OcilabError) return error;
    throw error;
  }
  throw new Error(`taken: ${text}`);
}

function accepts(text: string): boolean {
  try {
    let finite = true;
    JSON.parse(text, (_key, value: unknown) => {
      finite &&= typeof value !== "number" || Number.isFinite(value);
      return value;
    });
    return finite;
  } catch {
    return false;
  }
}

/** A copy in which bigints and -0 are what reading them back gives. */
function marked(value: unknown): unknown {
  if (typeof value === "bigint") return { "\u0000bigint": String(value) };
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, marked(member)]));
}

function unmarked(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("\u0000bigint" in value)) return value;
  return BigInt(String(value["\u0000bigint"]));
}
