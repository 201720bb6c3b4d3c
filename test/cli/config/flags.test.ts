import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConfigFlag } from "../../../src/cli/config/flags/table.ts";
import { type ConfigValues, configFlags } from "../../../src/cli/config/flags.ts";
import { validateSpec } from "../../../src/oci/validate.ts";
import { lintSpec } from "../../../src/spec/lint.ts";
import { scratch } from "../../support/scratch.ts";
import { filesystemRows } from "./rows/filesystem.ts";
import { identityRows } from "./rows/identity.ts";
import { namespaceRows } from "./rows/namespaces.ts";
import { programRows } from "./rows/program.ts";
import { resourceRows } from "./rows/resources.ts";
import { rightRows } from "./rows/rights.ts";
import type { FlagRow } from "./rows/row.ts";
import { schedulingRows } from "./rows/scheduling.ts";
import { fill, specOf } from "./world.ts";

/** These are about the default profile too. */
const withProfile = new Set<string>(["cap-add", "cap-drop", "cap-ambient", "security-opt", "privileged"]);
const rows: readonly FlagRow[] = [
  ...programRows,
  ...identityRows,
  ...filesystemRows,
  ...namespaceRows,
  ...rightRows,
  ...resourceRows,
  ...schedulingRows,
  ["spec-patch", ["--spec-patch", "sub/merge.json"], { "/hostname": "patched" }],
];

const place = scratch();
let hasDisk = false;
beforeAll(() => {
  hasDisk = fill(place.path);
});
afterAll(() => place[Symbol.asyncDispose]());

describe("a flag changes in config.json what its row says, and nothing else", () => {
  test.for(rows)("--%s %j", ([flag, argv, changes], { skip }) => {
    if (argv.some((word) => word.startsWith("DISK")) && !hasDisk) skip("no device node can be made here");
    const world = { cwd: place.path, seccomp: withProfile.has(flag) };
    const spec = specOf(
      argv.map((word) => word.replace(/^DISK/, join(place.path, "disk"))),
      world,
    );
    expect(spec).toEqual(changed(specOf([], world), changes));
    expect(validateSpec(spec)).toEqual([]);
  });
});

/** The spec with values put at pointers: into lists after the last ("-"), taken away when undefined. "./" is the test's directory. */
function changed(spec: unknown, changes: Readonly<Record<string, unknown>>): unknown {
  const copy = structuredClone(spec);
  for (const [pointer, value] of Object.entries(changes))
    put(copy, pointer.slice(1).split("/"), located(value));
  return copy;
}

function put(target: unknown, [head = "", ...rest]: readonly string[], value: unknown): void {
  const holder = target as Record<string, unknown>;
  if (rest.length > 0) {
    holder[head] ??= {};
    put(holder[head], rest, value);
  } else if (Array.isArray(target)) {
    if (value === undefined) target.splice(Number(head), 1);
    else target[head === "-" ? target.length : Number(head)] = value;
  } else if (value === undefined) delete holder[head];
  else holder[head] = value;
}

function located(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, one) => (typeof one === "bigint" ? `bigint:${one}` : one));
  if (text === undefined || !/"\.\.?\//.test(text)) return value;
  return JSON.parse(text, (_key, one) =>
    typeof one === "string" && /^\.\.?\//.test(one) ? join(place.path, one) : one,
  );
}

describe("the table is whole", () => {
  const flags = Object.entries(configFlags) as readonly (readonly [keyof ConfigValues, ConfigFlag])[];

  test.each(flags)("--%s has a row", (name) => {
    expect(rows.filter(([flag]) => flag === name)).not.toEqual([]);
  });

  test.each(flags.filter(([name]) => name !== "spec-patch"))(
    "--%s says which fields it sets: these and no others",
    (name, { sets }) => {
      const own = rows
        .filter(([flag, argv]) => flag === name && isAlone(argv))
        .flatMap(([, , changes]) => Object.entries(changes).flatMap(([at, value]) => leaves(at, value)));
      const places = own.filter((at) => !followers.includes(at));
      expect(places.filter((at) => !sets.some((field) => isBelow(at, field)))).toEqual([]);
      expect(sets.filter((field) => !places.some((at) => isBelow(at, field) || isBelow(field, at)))).toEqual(
        [],
      );
    },
  );
});

/** The places of a value: those of its members for an object, else its own. */
function leaves(at: string, value: unknown): readonly string[] {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject || Object.keys(value).length === 0) return [at];
  return Object.entries(value).flatMap(([key, one]) => leaves(`${at}/${key}`, one));
}

/** What changes along with many a flag, as a consequence. */
const followers = [
  "/ociVersion",
  "/process/env/2",
  "/process/capabilities/effective",
  "/process/capabilities/permitted",
  "/mounts/2/options",
];

function isAlone(argv: readonly string[]): boolean {
  return new Set(argv.flatMap((word) => /^--?[a-z-]+/.exec(word)?.[0] ?? [])).size === 1;
}

function isBelow(at: string, field: string): boolean {
  return at === field || at.startsWith(`${field}/`);
}

test("--spec-patch comes after every flag whatever the order", async () => {
  await using other = scratch();
  writeFileSync(
    join(other.path, "list.json"),
    '[{"op": "replace", "path": "/hostname", "value": "patched"}]',
  );
  writeFileSync(join(other.path, "merge.json"), '{"domainname": null, "linux": {"seccomp": null}}');
  const spec = specOf(
    ["--spec-patch", "list.json", "--spec-patch=merge.json", "--hostname", "flag", "--domainname", "flag"],
    { cwd: other.path },
  );
  expect(spec).toMatchObject({ hostname: "patched" });
  expect([spec.domainname, spec.linux?.seccomp]).toEqual([undefined, undefined]);
});

test("a command replaces the image's, after its entrypoint", () => {
  expect(specOf(["--", "sh", "-c", "x"], { cwd: place.path }).process?.args).toEqual([
    "/entry",
    "sh",
    "-c",
    "x",
  ]);
  expect(specOf([], { cwd: place.path }).process?.args).toEqual(["/entry", "image", "command"]);
});

describe("flags together", () => {
  const of = (...argv: readonly string[]) => specOf(argv, { cwd: place.path, seccomp: true });

  test("what follows --privileged in its meaning narrows it, wherever it stands", () => {
    const spec = of(
      "--security-opt",
      "seccomp=default",
      "--cap-drop",
      "SYS_ADMIN",
      "--read-only",
      "--privileged",
    );
    expect(spec.linux?.seccomp).toBeDefined();
    expect(spec.process?.capabilities?.bounding).not.toContain("CAP_SYS_ADMIN");
    expect(spec.mounts?.find(({ type }) => type === "sysfs")?.options).toContain("ro");
  });

  test("--device after --privileged keeps its rule", () => {
    const rules = of("--privileged", "--device", "/dev/null:/dev/mine:r").linux?.resources?.devices;
    expect(rules).toEqual([
      { allow: true, access: "rwm" },
      { allow: true, type: "c", major: 1, minor: 3, access: "r" },
    ]);
  });

  test("--hostname goes with a namespace of the host's names in another flag", () => {
    expect(of("--uts", "private", "--hostname", "box").hostname).toBe("box");
  });

  test("the same device of a throttle counts once, the last one", () => {
    if (!hasDisk) return;
    const disk = join(place.path, "disk");
    expect(
      of(`--device-read-bps=${disk}:1`, `--device-read-bps=${disk}:2`).linux?.resources?.blockIO,
    ).toEqual({
      throttleReadBpsDevice: [{ major: 7, minor: 99, rate: 2 }],
    });
  });

  test("a config of flags has no complaint of its own", () => {
    const spec = of("--memory=64m", "--user=web", "--init", "--tmpfs=/t", "--shm-size=1m", "--ipc=private");
    expect(lintSpec(spec)).toEqual([]);
  });
});
