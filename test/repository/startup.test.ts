import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../support/needs.ts";

/** Packages and slow parts of Node that a file pulls in by static imports, its own and those of the files it imports. Types cost nothing. */
function eagerImports(entry: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(entry)) return [];
  seen.add(entry);
  const text = readFileSync(entry, "utf8");
  const statements = [
    /^(?:import|export)\s+(?!type\b)[^"';(]*?\bfrom\s+"([^"]+)"/gm,
    /^import\s+"([^"]+)"/gm,
  ];
  const targets = statements.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ""));
  return targets.flatMap((target) => {
    if (!target.startsWith(".")) return [target];
    const file = resolve(dirname(entry), target);
    return existsSync(file) && file.endsWith(".ts") ? eagerImports(file, seen) : [];
  });
}

const heavy = ["execa", "ajv", "pino", "koffi"];

test("the entry imports nothing of npm, and of Node only what reads the version", () => {
  const eager = eagerImports(join(repository, "src/cli/main.ts"));
  expect(eager.filter((name) => !name.startsWith("node:"))).toEqual([]);
});

test("what runs before a command is known imports no heavy package", () => {
  const eager = eagerImports(join(repository, "src/cli/cli.ts"));
  expect(eager.filter((name) => heavy.includes(name.split("/")[0] ?? ""))).toEqual([]);
});

test("each door opens its package only when it is used", () => {
  for (const door of ["src/base/process.ts", "src/base/log.ts", "src/linux/door.ts"]) {
    const eager = eagerImports(join(repository, door));
    expect(
      eager.filter((name) => heavy.includes(name)),
      door,
    ).toEqual([]);
  }
});

test("a static import of a heavy package is seen", () => {
  expect(eagerImports(join(repository, "test/architecture.test.ts"))).toContain("vitest");
});
