import { describe, expect, test } from "vitest";
import { validateSpec } from "../../src/oci/validate.ts";

const process = { cwd: "/", user: { uid: 0, gid: 0 } };

describe("faults without number", () => {
  const many = { length: 5000 };
  test.each([
    ["empty objects", { mounts: Array.from(many, () => ({})) }, "/mounts/0/destination"],
    ["wrong words", { process: { ...process, env: Array.from(many, () => 1) } }, "/process/env/0"],
    [
      "members",
      { annotations: Object.fromEntries(Array.from(many, (_, at) => [`a${at}`, 1])) },
      "/annotations/a0",
    ],
  ])("%s: the first thousand are told, and that there are more", (_name, wrong, first) => {
    const problems = validateSpec({ ociVersion: "1.0.2", ...wrong });
    expect(problems[0]?.at).toBe(first);
    expect(problems).toHaveLength(1001);
    expect(problems.at(-1)).toMatchObject({ at: "", says: expect.stringContaining("more than 1000 faults") });
  });

  test("unknown names: the first thousand are compared with known ones", () => {
    const names = Array.from(many, (_, at) => [`a${at}b${at}c`, 1] as const);
    const nearly = { ...Object.fromEntries(names.slice(0, 1000)), envv: 1, cwd: "/" };
    expect(validateSpec({ ociVersion: "1.0.2", process: nearly })).toEqual([]);
    expect(validateSpec({ ociVersion: "1.0.2", process: { cwd: "/", envv: 1 } })).toMatchObject([
      { at: "/process/envv" },
    ]);
  });
});

describe("a fault in config.json is said in a sentence", () => {
  const rows: readonly [object, string, string, string?][] = [
    [{ process: { user: process.user } }, "/process/cwd", "is required"],
    [{ process: { ...process, args: "sh" } }, "/process/args", 'must be a list, is "sh"', 'write ["sh"]'],
    [
      { process: { ...process, terminal: "true" } },
      "/process/terminal",
      'must be true or false, is "true"',
      "write true",
    ],
    [{ process: { ...process, cwd: 1 } }, "/process/cwd", "must be a string, is 1", 'write "1"'],
    [{ process: null }, "/process", "must be an object, is null"],
    [
      { process: { ...process, user: { uid: "0", gid: 0 } } },
      "/process/user/uid",
      'must be an integer from 0 to 4294967295, is "0"',
      "write 0",
    ],
    [
      { process: { ...process, user: { uid: -1, gid: 0 } } },
      "/process/user/uid",
      "must be an integer from 0 to 4294967295, is -1",
    ],
    [
      { process: { ...process, user: { uid: 1.5, gid: 0 } } },
      "/process/user/uid",
      "must be an integer from 0 to 4294967295, is 1.5",
    ],
    [
      { process: { ...process, rlimits: [{ type: "nofile", soft: 1, hard: 1 }] } },
      "/process/rlimits/0/type",
      'must be RLIMIT_ and capital letters, as in RLIMIT_NOFILE, is "nofile"',
      'write "RLIMIT_NOFILE"',
    ],
    [
      { linux: { namespaces: [{ type: "net" }] } },
      "/linux/namespaces/0/type",
      'must be one of mount, pid, network, uts, ipc, user, cgroup, time, is "net"; nearest: "network"',
      'write "network"',
    ],
    [
      { linux: { seccomp: { defaultAction: "ALLOW" } } },
      "/linux/seccomp/defaultAction",
      expect.stringContaining('nearest: "SCMP_ACT_ALLOW"'),
      'write "SCMP_ACT_ALLOW"',
    ],
    [
      { linux: { seccomp: { defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_AMD64"] } } },
      "/linux/seccomp/architectures/0",
      expect.stringMatching(/or 13 more, is "SCMP_ARCH_AMD64"; nearest: "SCMP_ARCH_X86_64"$/),
      'write "SCMP_ARCH_X86_64"',
    ],
    [
      {
        linux: {
          seccomp: { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: [], action: "SCMP_ACT_KILL" }] },
        },
      },
      "/linux/seccomp/syscalls/0/names",
      "must have at least 1 entry, is empty",
    ],
    [
      { linux: { devices: [{ type: "c", path: "/dev/x", fileMode: 666 }] } },
      "/linux/devices/0/fileMode",
      "must be an integer from 0 to 511, is 666",
      "permissions 0666 are written in decimal: write 438",
    ],
    [{ annotations: { "a/b~c": 1 } }, "/annotations/a~1b~0c", "must be a string, is 1", 'write "1"'],
    [{ mounts: [{ source: "x" }] }, "/mounts/0/destination", "is required"],
  ];

  test.each(rows)("%j", (part, at, says, hint) => {
    const problems = validateSpec({ ociVersion: "1.0.0", ...part });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      at,
      says,
      from: "schema",
      level: "error",
      ...(hint === undefined ? {} : { hint }),
    });
    if (hint === undefined) expect(problems[0]).not.toHaveProperty("hint");
  });

  test("a mend that is offered mends it", () => {
    for (const [part] of rows) {
      const [problem] = validateSpec({ ociVersion: "1.0.0", ...part });
      const fix = problem?.fix?.[0];
      if (fix === undefined) continue;
      const document = structuredClone({ ociVersion: "1.0.0", ...part });
      put(document, fix.path, "value" in fix ? fix.value : undefined);
      expect(validateSpec(document)).toEqual([]);
    }
  });

  test("all faults are told at once, each place once", () => {
    const problems = validateSpec({
      process: { args: 1, env: [1, 2], user: {} },
      root: {},
      linux: { resources: { pids: {} } },
    });
    expect(problems.map(({ at }) => at).sort()).toEqual(
      [
        "/ociVersion",
        "/process/args",
        "/process/cwd",
        "/process/env/0",
        "/process/env/1",
        "/process/user/gid",
        "/process/user/uid",
        "/root/path",
        "/linux/resources/pids/limit",
      ].sort(),
    );
  });

  test.each([null, 1, "x", [], true])("%j as the document", (value) => {
    expect(validateSpec(value)).toMatchObject([
      { at: "", says: expect.stringMatching(/^must be an object, is /) },
    ]);
  });
});

describe("integers are compared exactly", () => {
  test.each([
    ["/process/rlimits", [{ type: "RLIMIT_CORE", soft: 0, hard: 18446744073709551615n }], true],
    ["/process/rlimits", [{ type: "RLIMIT_CORE", soft: 0, hard: 18446744073709551616n }], false],
    ["/process/rlimits", [{ type: "RLIMIT_CORE", soft: 0, hard: 2 ** 64 }], false],
    ["/process/rlimits", [{ type: "RLIMIT_CORE", soft: -1n, hard: 0 }], false],
    ["/linux/resources", { memory: { limit: 9223372036854775807n, swap: -9223372036854775808n } }, true],
    ["/linux/resources", { memory: { limit: 9223372036854775808n } }, false],
    ["/linux/resources", { memory: { limit: 2 ** 63 } }, false],
    ["/linux/resources", { memory: { swap: -9223372036854775809n } }, false],
    ["/linux/resources", { network: { classID: 4294967295 } }, true],
    ["/linux/resources", { network: { classID: 4294967296 } }, false],
    ["/linux/resources", { network: { classID: 1.0 } }, true],
    ["/linux/resources", { network: { classID: 0.5 } }, false],
  ])("%s %o: %s", (pointer, value, good) => {
    const document = { ociVersion: "1.0.0", process: structuredClone(process), linux: {} };
    put(document, pointer, value);
    expect(validateSpec(document).length === 0).toBe(good);
  });
});

test("hostile names and words cost nothing", () => {
  const long = "x".repeat(2_000_000);
  const document = {
    ociVersion: "1.0.0",
    [long]: 1,
    linux: { rootfsPropagation: long },
    process: { [long]: 1 },
  };
  const started = performance.now();
  expect(validateSpec(document).map(({ at }) => at)).toEqual(["/process/cwd", "/linux/rootfsPropagation"]);
  expect(performance.now() - started).toBeLessThan(2000);
  expect(
    validateSpec(JSON.parse('{"ociVersion":"1.0.0","__proto__":{"process":1},"constructor":{}}')),
  ).toEqual([]);
});

describe("a name that is nearly known is a warning", () => {
  test.each([
    [
      { process: { ...process, noNewPriviledges: true } },
      "/process/noNewPriviledges",
      'was "noNewPrivileges" meant?',
    ],
    [{ Process: process }, "/Process", 'was "process" meant?'],
    [
      { linux: { resources: { memory: { limits: 1 } } } },
      "/linux/resources/memory/limits",
      'was "limit" meant?',
    ],
    [{ mounts: [{ destination: "/x", option: [] }] }, "/mounts/0/option", 'was "options" meant?'],
    [{ linux: { netDevices: { eth0: { nam: "x" } } } }, "/linux/netDevices/eth0/nam", 'was "name" meant?'],
  ])("%j", (part, at, hint) => {
    const problems = validateSpec({ ociVersion: "1.0.0", ...part });
    expect(problems).toMatchObject([{ at, hint, level: "warning", from: "schema" }]);
    expect(problems[0]?.fix?.map(({ op }) => op)).toEqual(["remove", "add"]);
  });

  test.each([
    { "org.example.extension": {} },
    { linux: { intelRdt: { enableCMT: true } }, "x-notes": 1 },
    { annotations: { Process: "x", limit: "y" }, linux: { sysctl: { typ: "x" } } },
    { process: { ...process, rlimitsOfOurs: 1, extra: { cwd: 1 } } },
    { hostname: "a", hostnames: ["a"] },
  ])("%j is left alone", (part) => {
    expect(validateSpec({ ociVersion: "1.0.0", ...part })).toEqual([]);
  });
});

function put(document: object, pointer: string, value: unknown): void {
  const tokens = pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = tokens.pop() ?? "";
  const holder = tokens.reduce(
    (found, token) => found[token] as Record<string, unknown>,
    document as Record<string, unknown>,
  );
  holder[last] = value;
}
