import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { claimsOf } from "../../src/audit/audit.ts";
import type { GuideEntry } from "../../src/audit/guide/entry.ts";
import { guide, guideTo } from "../../src/audit/guide/guide.ts";
import { repository } from "../support/needs.ts";
import { everything } from "./support/everything.ts";
import { findingsOf, v1, v2 } from "./support/rows.ts";

type Schema = {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string;
};

const documents = new Map<string, Schema>();

function open(name: string): Schema {
  const known =
    documents.get(name) ?? (JSON.parse(readFileSync(join(repository, "schemas", name), "utf8")) as Schema);
  documents.set(name, known);
  return known;
}

/** Every place of a config that holds a plain value: a list's first entry, a map's key "key". */
function leaves(schema: Schema, at: string, document: string): readonly string[] {
  if (guideTo(at)?.kind === "no wish") return [];
  if (schema.$ref !== undefined) {
    const [file = "", pointer = ""] = schema.$ref.split("#");
    const name = file === "" ? document : file;
    let target: unknown = open(name);
    for (const part of pointer.split("/").slice(1))
      target = (target as Readonly<Record<string, unknown>>)[part];
    return leaves(target as Schema, at, name);
  }
  const inner = [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, part]) =>
      leaves(part, `${at}/${key}`, document),
    ),
    ...(schema.items === undefined ? [] : leaves(schema.items, `${at}/0`, document)),
    ...(typeof schema.additionalProperties === "object"
      ? leaves(schema.additionalProperties, `${at}/key`, document)
      : []),
  ];
  return inner.length === 0 ? [at] : inner;
}

describe("nothing that config.json can ask is left out", () => {
  const claims = claimsOf(everything, { bundle: "/b", id: "box" });
  const places = leaves(open("config.schema.json"), "", "config.schema.json");

  test("the schema was walked", () => expect(places.length).toBeGreaterThan(120));

  test.each(places)("%s has an entry in the guide", (place) => {
    expect(entryAbove(place), "neither a claim nor a reason why there is none").toBeDefined();
  });

  test("every claim has an entry, and each hidden one is unseen", () => {
    for (const { at } of claims) expect(guideTo(at)?.kind, at).toMatch(/^(claim|hidden)$/);
  });

  test.each(guide.filter(({ kind }) => kind !== "no wish").map(({ at }) => at))(
    "%s: there is such a claim",
    (at) => {
      expect(claims.some((claim) => guideTo(claim.at)?.at === at)).toBe(true);
    },
  );

  test("every claim rests on a statement of the specification", () => {
    for (const { at, statements } of claims)
      expect(statements.every((id) => /^(CFG|LX)-[A-Z]+-\d+$/.test(id)) && statements.length > 0, at).toBe(
        true,
      );
  });
});

describe("the evidence that the guide names", () => {
  test.each([
    ["v2", v2({})],
    ["v1", v1({})],
  ])("is where the findings of a container on %s come from", async (_, files) => {
    const strange: string[] = [];
    for (const { at, source } of await findingsOf(everything, files)) {
      const entry = guideTo(at);
      // Nothing was read: the claim is hidden, or there is no such file, module or hierarchy.
      if (
        ["none", "/sys/kernel/security/lsm", "/proc/7/cgroup"].includes(source) &&
        at !== "/linux/cgroupsPath"
      )
        continue;
      const names = entry?.kind === "claim" ? entry.evidence : [];
      if (!names.some((name) => isFrom(source, name))) strange.push(`${at}: ${source}`);
    }
    expect(strange).toEqual([]);
  });
});

/** The entry about a place, or about the value around it that judges it. */
function entryAbove(place: string): GuideEntry | undefined {
  const own = guideTo(place);
  if (own !== undefined) return own;
  const cut = place.lastIndexOf("/");
  if (cut <= 0) return undefined;
  const above = entryAbove(place.slice(0, cut));
  const members = above?.kind === "claim" ? above.members : undefined;
  return members === undefined || members.includes(place.slice(cut + 1)) ? above : undefined;
}

function isFrom(source: string, evidence: string): boolean {
  const path = evidence.replace("/proc/PID", "/proc/7").replace("CGROUP/*", "/sys/fs/cgroup/");
  const words = path
    .replace(/\([24]\)/, "")
    .split(" ")
    .filter((word) => word !== "SOURCE");
  return words.every((word) => source.includes(word));
}
