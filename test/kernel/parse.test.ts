import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CgroupFormat, parseCgroupFile, parseCgroupValue } from "../../src/kernel/parse/cgroup.ts";
import { parseFilesystems, parseMeminfo, parseNames } from "../../src/kernel/parse/host-files.ts";
import { parseMountinfo } from "../../src/kernel/parse/mountinfo.ts";
import { parseExact, parseLimit } from "../../src/kernel/parse/parsed.ts";
import {
  parseIdMap,
  parseInterfaces,
  parseLimits,
  parseNamespaceLink,
  parsePersonality,
  parseStrings,
  parseTimeOffsets,
} from "../../src/kernel/parse/process-files.ts";
import { parseStat } from "../../src/kernel/parse/stat.ts";
import {
  parseCapabilities,
  parseFlag,
  parseIds,
  parseRanges,
  parseSeccompMode,
  parseStatus,
  parseUmask,
} from "../../src/kernel/parse/status.ts";

const good = (value: unknown): unknown => ({ ok: true, value });
const bad = { ok: false, detail: expect.any(String) };

describe("numbers of the kernel", () => {
  test.each([
    ["0", good(0)],
    ["-1\n", good(-1)],
    ["9007199254740991", good(9007199254740991)],
    ["9223372036854771712", good(9223372036854771712n)],
    ["18446744073709551615", good(18446744073709551615n)],
    ["", bad],
    ["0x10", bad],
    ["1 2", bad],
  ])("parseExact(%j)", (text, expected) => expect(parseExact(text)).toEqual(expected));

  test.each([
    ["max\n", good("max")],
    ["unlimited", good("max")],
    ["4096", good(4096)],
    ["none", bad],
  ])("parseLimit(%j)", (text, expected) => expect(parseLimit(text)).toEqual(expected));
});

describe("/proc/PID/status", () => {
  test("a name may hold colons and blanks", () => {
    const fields = parseStatus("Name:\ta: b\nUmask:\t0022\nGroups:\t \n");
    expect(Object.fromEntries(fields)).toEqual({ Name: "a: b", Umask: "0022", Groups: "" });
  });

  test.each([
    ["0000000000000000", good([])],
    ["0000000000000001", good(["CAP_CHOWN"])],
    ["0000010000000020", good(["CAP_KILL", "CAP_CHECKPOINT_RESTORE"])],
    ["8000020000000000", good([41, 63])],
    ["", bad],
    ["xyz", bad],
    ["00000000000000000", bad],
  ])("capabilities %j", (text, expected) => expect(parseCapabilities(text)).toEqual(expected));

  test.each([
    ["0\t1\t2\t3", good({ real: 0, effective: 1, saved: 2, filesystem: 3 })],
    ["4294967295\t0\t0\t0", good({ real: 4294967295, effective: 0, saved: 0, filesystem: 0 })],
    ["0\t1\t2", bad],
    ["a b c d", bad],
  ])("ids %j", (text, expected) => expect(parseIds(text)).toEqual(expected));

  test.each([
    ["0-3,5", good([0, 1, 2, 3, 5])],
    ["2,0", good([0, 2])],
    ["\n", good([])],
    ["0-", bad],
    ["a", bad],
  ])("ranges %j", (text, expected) => expect(parseRanges(text)).toEqual(expected));

  test("modes, flags and masks", () => {
    expect(["0", "1", "2", "3"].map(parseSeccompMode)).toEqual([
      good("disabled"),
      good("strict"),
      good("filter"),
      bad,
    ]);
    expect(["0", "1", ""].map(parseFlag)).toEqual([good(false), good(true), bad]);
    expect(["0022", "0777", "9"].map(parseUmask)).toEqual([good(0o22), good(0o777), bad]);
  });
});

describe("/proc/PID/stat", () => {
  const tail =
    "S 1 8 8 0 -1 4194624 574 0 0 0 0 1 0 0 20 5 3 0 109285 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 17 1 10 1 0";

  test.each(["sh", "runc:[2:INIT]", "a) S 9 (b"])("the command %j", (command) => {
    expect(parseStat(`42 (${command}) ${tail}\n`)).toEqual(
      good({
        command,
        state: "S",
        parent: 1,
        nice: 5,
        threads: 3,
        startTime: 109285,
        realtimePriority: 10,
        policy: "SCHED_FIFO",
        cpuTicks: 1,
        residentPages: 0,
      }),
    );
  });

  test.each(["", "42 (sh", "42 (sh) S 1 2"])("%j is malformed", (text) =>
    expect(parseStat(text)).toEqual(bad),
  );
});

describe("/proc/PID/mountinfo", () => {
  const one = (line: string): unknown => {
    const parsed = parseMountinfo(`${line}\n`);
    return parsed.ok ? parsed.value[0] : parsed;
  };

  test("escapes, root, flags and the filesystem's options", () => {
    expect(
      one("36 35 98:0 /mnt1 /mnt\\0402\\134\\011\\012 rw,noatime - ext3 /dev/ro\\040ot rw,errors=continue"),
    ).toEqual({
      id: 36,
      parent: 35,
      device: { major: 98, minor: 0 },
      root: "/mnt1",
      mountPoint: "/mnt 2\\\t\n",
      flags: ["rw", "noatime"],
      propagation: { kind: "private" },
      type: "ext3",
      source: "/dev/ro ot",
      superOptions: ["rw", "errors=continue"],
    });
  });

  test.each([
    ["", { kind: "private" }],
    ["shared:7 ", { kind: "shared", group: 7 }],
    ["master:2 ", { kind: "slave", master: 2 }],
    ["master:2 propagate_from:9 ", { kind: "slave", master: 2, from: 9 }],
    ["shared:1 master:2 ", { kind: "shared and slave", group: 1, master: 2 }],
    ["unbindable ", { kind: "unbindable" }],
    ["new:tag shared:3 ", { kind: "shared", group: 3 }],
  ])("optional fields %j", (tags, propagation) =>
    expect(one(`1 0 0:1 / / rw ${tags}- tmpfs tmpfs rw`)).toMatchObject({ propagation }),
  );

  test("a comma in a value of overlay does not part options; a namespace is mounted by its name; no source", () => {
    expect(one("1 0 0:1 / / rw - overlay overlay rw,lowerdir=/a\\054b:/c")).toMatchObject({
      superOptions: ["rw", "lowerdir=/a,b:/c"],
    });
    expect(one("1 0 0:4 net:[4026532181] /run/netns/x rw - nsfs nsfs rw")).toMatchObject({
      root: "net:[4026532181]",
    });
    expect(one("1 0 0:4 / /x rw - tmpfs  rw")).toMatchObject({
      type: "tmpfs",
      source: "",
      superOptions: ["rw"],
    });
  });

  test.each(["1 0 0:1 / / rw tmpfs tmpfs rw", "x 0 0:1 / / rw - a b c", "1 0 01 / / rw - a b c", "-"])(
    "%j is malformed",
    (line) => expect(one(line)).toEqual(bad),
  );
});

describe("other files of a process", () => {
  test.each([
    ["", []],
    ["a\0", ["a"]],
    ["a\0\0b\0", ["a", "", "b"]],
    ["title without end", ["title without end"]],
  ])("strings %j", (text, expected) => expect(parseStrings(text)).toEqual(expected));

  test.each([
    ["         0          0 4294967295\n", good([{ inside: 0, outside: 0, length: 4294967295 }])],
    [
      "0 100000 10\n10 5 1\n",
      good([
        { inside: 0, outside: 100000, length: 10 },
        { inside: 10, outside: 5, length: 1 },
      ]),
    ],
    ["", good([])],
    ["0 1\n", bad],
    ["0 -1 5\n", bad],
  ])("id map %j", (text, expected) => expect(parseIdMap(text)).toEqual(expected));

  test.each([
    ["net:[4026531833]", good(4026531833)],
    ["pid:[]", bad],
    ["/proc/1/ns/net", bad],
  ])("namespace link %j", (text, expected) => expect(parseNamespaceLink(text)).toEqual(expected));

  test("limits by the names of setrlimit(2)", () => {
    const text =
      "Limit                     Soft Limit           Hard Limit           Units     \n" +
      "Max cpu time              unlimited            unlimited            seconds   \n" +
      "Max open files            1024                 4096                 files     \n" +
      "Max nice priority         0                    0                    \n" +
      "Max new thing             1                    18446744073709551614 things    \n";
    expect(parseLimits(text)).toEqual(
      good({
        RLIMIT_CPU: { soft: "max", hard: "max" },
        RLIMIT_NOFILE: { soft: 1024, hard: 4096 },
        RLIMIT_NICE: { soft: 0, hard: 0 },
        "Max new thing": { soft: 1, hard: 18446744073709551614n },
      }),
    );
    expect(parseLimits("head\nnonsense\n")).toEqual(bad);
  });

  test("clock offsets, personality and interfaces", () => {
    expect(parseTimeOffsets("monotonic         -10         5\nboottime           0         0\n")).toEqual(
      good({ monotonic: { seconds: -10, nanoseconds: 5 }, boottime: { seconds: 0, nanoseconds: 0 } }),
    );
    expect(parseTimeOffsets("1 2 3\n")).toEqual(good({ monotonic: { seconds: 2, nanoseconds: 3 } }));
    expect(parseTimeOffsets("monotonic\n")).toEqual(bad);
    expect(parsePersonality("00040008\n")).toEqual(good(0x40008));
    expect(parsePersonality("zz\n")).toEqual(bad);
    expect(parseInterfaces("Inter-| R\n face |b\n    lo: 0 0\neth0.1: 5 5\n")).toEqual(
      good(["lo", "eth0.1"]),
    );
  });
});

describe("cgroups", () => {
  test.each([
    ["0::/a b\n", good([{ version: 2, id: 0, controllers: [], path: "/a b" }])],
    [
      "4:cpu,cpuacct:/x:y\n1:name=systemd:/\n0::/../z\n",
      good([
        { version: 1, id: 4, controllers: ["cpu", "cpuacct"], path: "/x:y" },
        { version: 1, id: 1, controllers: ["name=systemd"], path: "/" },
        { version: 2, id: 0, controllers: [], path: "/../z" },
      ]),
    ],
    ["nonsense\n", bad],
  ])("/proc/PID/cgroup %j", (text, expected) => expect(parseCgroupFile(text)).toEqual(expected));

  const rows: readonly (readonly [CgroupFormat, string, unknown])[] = [
    ["limit", "max\n", good("max")],
    ["limit", "9223372036854771712\n", good(9223372036854771712n)],
    ["limit", "", bad],
    ["flat", "low 0\nhigh 3\n", good({ low: 0, high: 3 })],
    ["flat", "\n", bad],
    ["nested", "8:0 rbps=1048576 wbps=max\n", good({ "8:0": { rbps: 1048576, wbps: "max" } })],
    ["nested", "", good({})],
    ["cpu.max", "max 100000\n", good({ quota: "max", period: 100000 })],
    ["cpu.max", "50000\n", bad],
    ["ranges", "0-1\n", good([0, 1])],
    ["words", "cpu memory\n", good(["cpu", "memory"])],
    ["lines", "default 100\n8:0 50\n", good(["default 100", "8:0 50"])],
    ["flag", "1\n", good(true)],
    ["flag", "2\n", bad],
    ["text", "domain threaded\n", good("domain threaded")],
  ];
  test.each(rows)("%s %j", (format, text, expected) =>
    expect(parseCgroupValue(format, text)).toEqual(expected),
  );
});

describe("files of the host", () => {
  test("memory in bytes, filesystems, modules", () => {
    expect(parseMeminfo("MemTotal:       1024 kB\nHugePages_Total:       3\n")).toEqual(
      good({ MemTotal: 1048576, HugePages_Total: 3 }),
    );
    expect(parseFilesystems("nodev\tproc\n\text4\n")).toEqual(good(["proc", "ext4"]));
    expect(parseNames("lockdown,capability,apparmor")).toEqual(good(["lockdown", "capability", "apparmor"]));
  });
});

describe("whatever the text", () => {
  const formats: readonly CgroupFormat[] = [
    "limit",
    "flat",
    "nested",
    "cpu.max",
    "ranges",
    "words",
    "lines",
    "flag",
    "text",
  ];
  const parsers: readonly (readonly [string, (text: string) => unknown])[] = [
    [
      "status",
      (text) =>
        [...parseStatus(text).values()].map((value) => [
          parseIds(value),
          parseCapabilities(value),
          parseRanges(value),
        ]),
    ],
    ["stat", parseStat],
    ["mountinfo", parseMountinfo],
    ["cgroup", parseCgroupFile],
    ["id map", parseIdMap],
    ["limits", parseLimits],
    ["time offsets", parseTimeOffsets],
    ["meminfo", parseMeminfo],
    ...formats.map((format) => [format, (text: string) => parseCgroupValue(format, text)] as const),
  ];
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.string({ unit: fc.constantFrom(..."0123456789 -:,=/\n\t\\()[]maxrwk "), maxLength: 200 }),
  );

  test.each(parsers)("%s never throws", (_, parse) => {
    fc.assert(
      fc.property(texts, (text) => void parse(text)),
      { numRuns: 300 },
    );
  });
});
