import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { capabilityNames } from "../../src/oci/capabilities.ts";
import { explainField, explainSpec, explanations } from "../../src/spec/explain.ts";
import { rlimitKinds } from "../../src/spec/explanations/kinds.ts";
import { choicesAt, noteOn, placesOfWord } from "../../src/spec/explanations/notes.ts";
import { shared } from "../support/needs.ts";

import { defaultSpec, put } from "./sample.ts";
import { schemaChoices, schemaFields } from "./schema-fields.ts";

const fields = schemaFields.map(({ at }) => at);
const other = /^\/(freebsd|zos|solaris|windows)\//;

describe("explainField", () => {
  test("the schema is read", () => {
    expect(fields.length).toBeGreaterThan(240);
    expect(fields).toContain("/linux/seccomp/syscalls/*/args/*/valueTwo");
  });

  test.each(fields.filter((at) => !other.test(at)))("%s has a sentence of its own", (at) => {
    expect(explainField(at.replaceAll("*", "0"))).toMatchObject({ at: at.replaceAll("*", "0") });
  });

  test("no sentence is left over for a field that is gone", () => {
    const known = new Set(fields.flatMap((at) => [at, `${at}/*`]));
    const shapes = [...known].map((at) => at.split("/"));
    const left = Object.keys(explanations).filter(
      (pattern) => !shapes.some((at) => fits(pattern.split("/"), at)),
    );
    expect(left).toEqual([]);
  });

  test.each([
    ["/process/args/3", "/process/args"],
    ["/process/nope", "/process"],
    ["/mounts/3/typo/deeper", "/mounts/3"],
    [
      "/linux/resources/blockIO/throttleReadBpsDevice/0/rate",
      "/linux/resources/blockIO/throttleReadBpsDevice/0/rate",
    ],
    ["/linux/sysctl/net~1ipv4", "/linux/sysctl/net~1ipv4"],
  ])("%s is answered for %s", (asked, at) => {
    expect(explainField(asked)?.at).toBe(at);
  });

  test.each(["", "/", "/nope", "/nope/deep", "process"])("%j has no answer", (asked) => {
    expect(explainField(asked)).toBeUndefined();
  });

  test("each is one sentence, said once", () => {
    for (const [at, [section, says]] of Object.entries(explanations)) {
      expect(says, at).toMatch(/^[A-Z].*[^.]\.$/);
      expect(says.length, at).toBeLessThan(200);
      expect(section, at).toMatch(/^config[a-z-]*\.md#[a-z0-9-]+$/);
    }
  });

  test.skipIf(!existsSync(shared("reference/spec-statements.tsv")))(
    "sections are those of the specification",
    () => {
      const text = readFileSync(shared("reference/spec-statements.tsv"), "utf8");
      const sections = new Set(
        text.split("\n").flatMap((line) => {
          const [file = "", ...headings] = (line.split("\t")[1] ?? "").split("#");
          return headings.map((heading) => `${file}#${/^[a-z-]*/.exec(heading)?.[0]}`);
        }),
      );
      const others = /^config-(vm|freebsd|zos|solaris|windows)\.md/;
      const strange = Object.values(explanations).filter(
        ([section]) => !sections.has(section) && !others.test(section),
      );
      expect(strange).toEqual([]);
    },
  );
});

describe("explainSpec", () => {
  test("tells what is there, element by element where elements differ", () => {
    const lines = explainSpec(
      put(defaultSpec(), {
        "/process/rlimits": [{ type: "RLIMIT_CORE", soft: 0, hard: 18446744073709551615n }],
        "/mounts/-": { destination: "/data", source: "/srv", options: ["rbind", "ro"] },
        "/linux/namespaces/1/path": "/proc/1/ns/net",
        "/vendor": { x: 1 },
      }),
    );
    const of = (at: string) => lines.find((line) => line.at === at);
    expect(of("/mounts/0")).toMatchObject({
      value: "proc on /proc, nosuid,noexec,nodev",
      says: expect.stringContaining("PID namespace"),
    });
    expect(of("/mounts/7")).toMatchObject({
      value: "/srv (bind) on /data, rbind,ro",
      says: expect.stringContaining("the host"),
    });
    expect(of("/linux/namespaces/1")).toMatchObject({ value: "network: /proc/1/ns/net" });
    expect(of("/process/rlimits/0")).toMatchObject({ value: "RLIMIT_CORE 0, at most 18446744073709551615" });
    expect(of("/linux/resources/devices/1")).toMatchObject({ value: "allow c 1:3 rwm" });
    expect(of("/linux/seccomp/syscalls")).toMatchObject({ value: "32 entries" });
    expect(of("/vendor")).toBeUndefined();
    expect(new Set(lines.map(({ at }) => at)).size).toBe(lines.length);
  });

  test("hostile values stay on one line", () => {
    const lines = explainSpec(
      put(defaultSpec(), { "/hostname": `a\nb\u001b[31m${"x".repeat(500)}`, "/annotations": { "k\n": "v" } }),
    );
    const hostname = lines.find(({ at }) => at === "/hostname")?.value ?? "";
    expect(hostname).not.toMatch(/[\n\u001b]/);
    expect(hostname.length).toBeLessThan(120);
  });
});

describe("words have a meaning of their own", () => {
  test.each(schemaChoices.filter(({ at }) => !other.test(at)))(
    "$at: each of its choices",
    ({ at, choices }) => {
      const place = at.replaceAll("*", "0");
      for (const choice of choices) expect(noteOn(place, choice)?.says, choice).toMatch(/^[a-z].*[^.]$/);
      if (!hasSpelling.test(at))
        expect(choicesAt(place).map(({ value }) => value)).toEqual(expect.arrayContaining([...choices]));
    },
  );

  test.each([
    ["capabilities", capabilityNames, "/process/capabilities/bounding/0"],
    ["mount options of the specification", mountOptionNames, "/mounts/0/options/0"],
    ["paths that engines hide", defaultSpec().linux?.maskedPaths ?? [], "/linux/maskedPaths/0"],
    ["paths that engines lock", defaultSpec().linux?.readonlyPaths ?? [], "/linux/readonlyPaths/0"],
    ["limits", Object.keys(rlimitKinds), "/process/rlimits/0/type"],
    ["options with a value", ["size=64k", "mode=755", "hidepid=2", "lowerdir=/a:/b"], "/mounts/0/options/0"],
  ])("%s", (_title, words, at) => {
    expect(words.filter((word) => noteOn(at, word) === undefined)).toEqual([]);
  });

  test.each(["", "toString", "CAP_", "rro=1", "__proto__"])("%j has none", (word) => {
    for (const at of [
      "/mounts/0/options/0",
      "/process/capabilities/bounding/0",
      "/linux/seccomp/defaultAction",
    ])
      expect(noteOn(at, word)).toBeUndefined();
  });

  test.each([
    ["cap_net_raw", "/process/capabilities/*/*", "CAP_NET_RAW"],
    ["kill", "/process/capabilities/*/*", "CAP_KILL"],
    ["nosuid", "/mounts/*/options/*", "nosuid"],
    ["SCMP_ACT_ERRNO", "/linux/seccomp/defaultAction", "SCMP_ACT_ERRNO"],
    ["rlimit_nofile", "/process/rlimits/*/type", "RLIMIT_NOFILE"],
    ["memory.high", "/linux/resources/unified/*", "memory.high"],
  ])("%s is found at %s", (word, at, value) => {
    expect(placesOfWord(word)).toContainEqual({ at, value, says: noteOn(at, value)?.says });
  });

  test("a config's words are told with its fields, seccomp's by what becomes of how many calls", () => {
    const notes = new Map(explainSpec(defaultSpec()).map((line) => [line.at, line.notes]));
    expect(notes.get("/mounts/0")?.map(({ value }) => value)).toEqual(["nosuid", "noexec", "nodev"]);
    expect(notes.get("/process/capabilities/bounding")).toHaveLength(14);
    expect(notes.get("/linux/seccomp/syscalls")?.[0]?.value).toMatch(/^SCMP_ACT_ALLOW for \d+ calls$/);
  });
});

/** config.md#linux-mount-options. */
const mountOptionNames =
  "async atime bind defaults dev diratime dirsync exec iversion lazytime loud mand noatime nodev nodiratime noexec noiversion nolazytime nomand norelatime nostrictatime nosuid nosymfollow private ratime rbind rdev rdiratime relatime remount rexec rnoatime rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow ro rprivate rrelatime rro rrw rshared rslave rstrictatime rsuid rsymfollow runbindable rw shared silent slave strictatime suid symfollow sync tmpcopyup unbindable idmap ridmap".split(
    " ",
  );

/** Places whose words may be spelled in more ways than a table holds. */
const hasSpelling = /^\/mounts/;

function fits(pattern: readonly string[], at: readonly string[]): boolean {
  return (
    pattern.length === at.length && pattern.every((token, index) => token === "*" || token === at[index])
  );
}
