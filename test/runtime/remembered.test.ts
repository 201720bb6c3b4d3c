import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TemporaryDirectory } from "../../src/base/temporary.ts";
import { remember, remembered } from "../../src/runtime/remembered.ts";
import { scratch } from "../support/scratch.ts";

let place: TemporaryDirectory;
let home: string;
let versions: string;
let program: string;

beforeEach(() => {
  place = scratch();
  home = join(place.path, "home");
  mkdirSync(home);
  versions = join(home, "versions");
  program = join(place.path, "runc");
  writeFileSync(program, "\x7fELF of a kind", { encoding: "latin1", mode: 0o755 });
});

afterEach(() => place[Symbol.asyncDispose]());

test("what a program said is known until its file is another one", () => {
  expect(remembered(program, versions)).toBeUndefined();
  remember(program, versions, "runc version 1.1.5");
  expect(remembered(program, versions)).toBe("runc version 1.1.5");
  appendFileSync(program, "x");
  expect(remembered(program, versions)).toBeUndefined();
});

test("a change that leaves size and modification time alone shows in the inode's time of change", () => {
  remember(program, versions, "runc version 1.1.5");
  chmodSync(program, 0o700);
  expect(remembered(program, versions)).toBeUndefined();
});

test("of a script nothing is kept: what it starts may change", () => {
  writeFileSync(program, '#!/bin/sh\nexec runc-1.3 "$@"\n');
  remember(program, versions, "runc version 1.3.0");
  expect(existsSync(versions)).toBe(false);
});

test("where there is no home nothing is made", () => {
  const elsewhere = join(place.path, "none/versions");
  remember(program, elsewhere, "runc version 1.1.5");
  expect(existsSync(join(place.path, "none"))).toBe(false);
  expect(remembered(program, elsewhere)).toBeUndefined();
});

test.each(["", "{", "[]", '{"text":"runc version 9"}', "null"])("a damaged memory %j is none", (text) => {
  remember(program, versions, "runc version 1.1.5");
  for (const name of readdirSync(versions)) writeFileSync(join(versions, name), text);
  expect(remembered(program, versions)).toBeUndefined();
});
