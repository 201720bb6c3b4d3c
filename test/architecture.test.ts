import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { repository } from "./support/needs.ts";

const below = ["base", "linux", "oci", "image", "spec", "bundle", "runtime", "kernel", "audit", "container"];

/** Which folders of src/ a folder may import, besides itself. Imports of types count. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  linux: ["base"],
  oci: ["base"],
  image: ["base", "linux", "oci"],
  spec: ["base", "oci"],
  bundle: ["base", "linux", "oci", "image", "spec"],
  runtime: ["base", "linux", "oci", "bundle"],
  kernel: ["base", "linux", "oci"],
  audit: ["base", "oci", "spec", "kernel"],
  vm: ["base", "linux", "oci"],
  container: below,
  conformance: below,
  lab: below,
  service: below,
  cli: [...below, "conformance", "lab", "service", "vm"],
  // The library: it only names what the others export.
  "index.ts": below,
};

/** Packages that have one door: the only files that may import them. */
const doors: Readonly<Record<string, RegExp>> = {
  execa: /^src\/base\/process\.ts$/,
  pino: /^src\/base\/log\.ts$/,
  koffi: /^src\/linux\//,
};

/** Files that decide and never touch the world. */
const pure = [
  /^src\/oci\//,
  /^src\/spec\//,
  /^src\/linux\/elf\.ts$/,
  /^src\/image\/layer\/plan\.ts$/,
  /^src\/runtime\/(argv|output|failure|lifecycle)\.ts$/,
  /^src\/runtime\/failures\//,
  /^src\/kernel\/parse\//,
  /^src\/audit\//,
];
const impureImport = /^node:(fs|net|child_process|http|https|dgram|os|worker_threads)/;
// Not `spec.process.env`: that is the config's process.
const impureUse =
  /(?<![.\w`])process\.(env|hrtime|cwd|argv|pid)\b|\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/;

const sources = readdirSync(join(repository, "src"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => {
    const text = readFileSync(join(repository, "src", path), "utf8");
    return { file: `src/${path}`, folder: path.split("/")[0] ?? "", text, imports: importsOf(text) };
  });

describe("the house", () => {
  test.each(sources)("$file imports only what its folder may", ({ file, folder, imports }) => {
    const allowed = mayImport[folder];
    expect(allowed, `${file}: src/${folder} is not a folder of the house`).toBeDefined();
    const wrong = imports
      .filter((target) => target.startsWith("."))
      .map((target) => relative(join(repository, "src"), resolve(repository, dirname(file), target)))
      .filter((target) => !target.startsWith("..") && !target.endsWith(".json"))
      .map((target) => target.split("/")[0] ?? "")
      .filter((target) => target !== folder && !allowed?.includes(target));
    expect(wrong, `${file} may import ${allowed?.join(", ") || "nothing"}`).toEqual([]);
  });

  test.each(sources)("$file uses one door to each package", ({ file, imports }) => {
    const wrong = imports.filter((target) => {
      const door = doors[target.split("/")[0] ?? ""];
      return door !== undefined && !door.test(file);
    });
    expect(wrong).toEqual([]);
  });

  test.each(sources.filter(({ file }) => pure.some((pattern) => pattern.test(file))))(
    "$file is pure",
    ({ file, text, imports }) => {
      expect(imports.filter((target) => impureImport.test(target))).toEqual([]);
      expect(impureUse.exec(text)?.[0], `${file} reads the world`).toBeUndefined();
    },
  );

  test.each(sources.filter(({ file }) => !file.startsWith("src/oci/types/")))(
    "$file has at most 300 lines",
    ({ text }) => {
      expect(text.split("\n").length - 1).toBeLessThanOrEqual(300);
    },
  );

  test("a file that breaks a row is named", () => {
    expect(
      importsOf('import type { A } from "../cli/x.ts";\nconst b = await import("../lab/y.ts");'),
    ).toEqual(["../cli/x.ts", "../lab/y.ts"]);
  });
});

function importsOf(text: string): readonly string[] {
  const patterns = [
    /^\s*(?:import|export)\b[^"';]*?\bfrom\s+"([^"]+)"/gm,
    /^import\s+"([^"]+)"/gm,
    /\bimport\("([^"]+)"\)/g,
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ""));
}
