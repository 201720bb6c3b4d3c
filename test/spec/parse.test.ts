import { describe, expect, test } from "vitest";
import { OcilabError } from "../../src/base/errors.ts";
import { parseCapability } from "../../src/spec/capability.ts";
import { parseGroup, parsePasswd } from "../../src/spec/parse/accounts.ts";
import { parseBytes } from "../../src/spec/parse/bytes.ts";
import { parseCpus, parseIndexList } from "../../src/spec/parse/cpus.ts";
import { parseDevice } from "../../src/spec/parse/device.ts";
import { parseHook } from "../../src/spec/parse/hook.ts";
import { parseIdMapping } from "../../src/spec/parse/id-mapping.ts";
import { parseMount } from "../../src/spec/parse/mount.ts";
import { parseNamespace } from "../../src/spec/parse/namespace.ts";
import { parseInteger } from "../../src/spec/parse/number.ts";
import { parsePair } from "../../src/spec/parse/pair.ts";
import { parseSecurityOption } from "../../src/spec/parse/security.ts";
import { parseTmpfs } from "../../src/spec/parse/tmpfs.ts";
import { parseUlimit, unlimited } from "../../src/spec/parse/ulimit.ts";
import { parseVolume } from "../../src/spec/parse/volume.ts";

const small = (text: string) => parseInteger(text, { kind: "number", least: -1, most: 9 });
const pair = (text: string) => parsePair(text, "annotation");
const mib = 2 ** 20;
const bind = { destination: "/b", type: "bind", source: "/a" };
const tmpfs = { destination: "/t", type: "tmpfs", source: "tmpfs" };

const good: readonly (readonly [(text: string) => unknown, string, unknown])[] = [
  [parseBytes, "0", 0],
  [parseBytes, "65536", 65536],
  [parseBytes, "1b", 1],
  [parseBytes, "64k", 65536],
  [parseBytes, "64M", 64 * mib],
  [parseBytes, "64mb", 64 * mib],
  [parseBytes, "64 MiB", 64 * mib],
  [parseBytes, "1.5g", 1536 * mib],
  [parseBytes, "2t", 2 * mib * mib],
  [parseBytes, "-1", -1],
  [parseCpus, "1.5", { quota: 150000, period: 100000 }],
  [parseCpus, "0.01", { quota: 1000, period: 100000 }],
  [parseIndexList, "0-3, 7", "0-3,7"],
  [small, " 9 ", 9],
  [pair, "a=b=c", ["a", "b=c"]],
  [pair, "a=", ["a", ""]],
  [parseUlimit, "nofile=1024:2048", { type: "RLIMIT_NOFILE", soft: 1024, hard: 2048 }],
  [parseUlimit, "RLIMIT_core=0", { type: "RLIMIT_CORE", soft: 0, hard: 0 }],
  [parseUlimit, "memlock=unlimited", { type: "RLIMIT_MEMLOCK", soft: unlimited, hard: unlimited }],
  [parseUlimit, "cpu=9007199254740993:-1", { type: "RLIMIT_CPU", soft: 9007199254740993n, hard: unlimited }],
  [parseIdMapping, "0:100000:65536", { containerID: 0, hostID: 100000, size: 65536 }],
  [parseNamespace, "net=host", { type: "network", kind: "host" }],
  [parseNamespace, "pid=private", { type: "pid", kind: "private" }],
  [parseNamespace, "mnt=/proc/1/ns/mnt", { type: "mount", kind: "path", path: "/proc/1/ns/mnt" }],
  [parseDevice, "/dev/fuse", { source: "/dev/fuse", path: "/dev/fuse", access: "rwm" }],
  [parseDevice, "/dev/fuse:rw", { source: "/dev/fuse", path: "/dev/fuse", access: "rw" }],
  [parseDevice, "/dev/fuse:/dev/x:r", { source: "/dev/fuse", path: "/dev/x", access: "r" }],
  [
    parseHook,
    "poststop=/bin/logger  gone",
    { kind: "poststop", hook: { path: "/bin/logger", args: ["/bin/logger", "gone"] } },
  ],
  [parseMount, "type=bind,src=/a,dst=/b", { ...bind, options: ["rbind", "rprivate"] }],
  [parseMount, "source=/a,destination=/b,readonly", { ...bind, options: ["rbind", "rprivate", "ro", "rro"] }],
  [
    parseMount,
    "source=/a,target=/b,ro,bind-nonrecursive,bind-propagation=rslave",
    { ...bind, options: ["bind", "rslave", "ro"] },
  ],
  [
    parseMount,
    "type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1777",
    { ...tmpfs, options: ["nosuid", "noexec", "nodev", `size=${mib}`, "mode=1777"] },
  ],
  [parseVolume, "/a:/b", { ...bind, options: ["rbind", "rprivate"] }],
  [parseVolume, "/a:/b:ro,shared", { ...bind, options: ["rbind", "shared", "ro", "rro"] }],
  [parseVolume, "/a,x=y:/b", { ...bind, source: "/a,x=y", options: ["rbind", "rprivate"] }],
  [parseTmpfs, "/t", { ...tmpfs, options: ["nosuid", "noexec", "nodev"] }],
  [parseTmpfs, "/t:size=1m,exec", { ...tmpfs, options: ["nosuid", "nodev", `size=${mib}`, "exec"] }],
  [parseSecurityOption, "seccomp=unconfined", { kind: "seccomp", profile: "unconfined" }],
  [parseSecurityOption, "seccomp=/x=y.json", { kind: "seccomp-file", path: "/x=y.json" }],
  [parseSecurityOption, "no-new-privileges", { kind: "no-new-privileges", value: true }],
  [parseSecurityOption, "no-new-privileges:false", { kind: "no-new-privileges", value: false }],
  [parseCapability, "net_admin", "CAP_NET_ADMIN"],
  [parseCapability, "CAP_KILL", "CAP_KILL"],
];

const bad: readonly (readonly [(text: string) => unknown, readonly string[], string])[] = [
  [parseBytes, ["", "m", "-5", "1.5.5", "1e3", "0x10", "64q", "9999999t", "1 2"], "spec.bad-option"],
  [parseCpus, ["", "0", "0.001", "-1", "two", "1e9", "99999999999999"], "spec.bad-option"],
  [parseIndexList, ["", "a", "1-", "3-1", "0,,1", "-1"], "spec.bad-option"],
  [small, ["", "10", "-2", "1.5", "one"], "spec.bad-option"],
  [pair, ["", "a", "=b"], "spec.bad-option"],
  [
    parseUlimit,
    ["nofile", "nofile=", "nofile=2:1", "nofiles=1", "nofile=1:2:3", "cpu=99999999999999999999"],
    "spec.bad-option",
  ],
  [parseIdMapping, ["0:1", "0:1:0", "a:b:c", "0:4294967296:1", "-1:0:1"], "spec.bad-option"],
  [parseNamespace, ["", "pid", "pids=host", "pid=", "pid=self", "mount=host"], "spec.bad-option"],
  [parseDevice, ["", "fuse", "/a:b:rw", "/a:/b:rx", "/a:/b:rr", "/a:/b:r:w"], "spec.bad-option"],
  [parseHook, ["", "poststop", "poststop=", "poststops=/x", "poststop=x"], "spec.bad-option"],
  [
    parseMount,
    [
      "",
      "type=volume,src=a,dst=/b",
      "src=/a",
      "src=/a,dst=b",
      "dst=/b",
      "src=/a,dst=/b,rp",
      "src=/a,dst=/b,ro=maybe",
      "type=tmpfs,dst=/t,src=/a",
      "type=tmpfs,dst=/t,tmpfs-mode=9",
      "src=/a,dst=/b,bind-propagation=up",
    ],
    "spec.bad-option",
  ],
  [parseVolume, ["", "/a", "/a:", ":/b", "/a:/b:z", "/a:/b:ro:x", "/a:b"], "spec.bad-option"],
  [parseTmpfs, ["", "t", "t:size=1m", "/t:size=big"], "spec.bad-option"],
  [
    parseSecurityOption,
    ["", "seccomp", "seccomp=", "label=", "label=disabled", "no-new-privileges=2"],
    "spec.bad-option",
  ],
  [parseCapability, ["", "NET_ADMINN", "ALLES"], "spec.unknown-capability"],
];

describe("parsers of flags", () => {
  test.each(good)("%o reads %j", (parse, text, value) => {
    expect(parse(text)).toEqual(value);
  });

  test.each(bad.flatMap(([parse, texts, code]) => texts.map((text) => [parse, text, code] as const)))(
    "%o refuses %j",
    (parse, text, code) => {
      const error = thrown(() => parse(text));
      expect(error.code).toBe(code);
      expect(error.hint, "says what to write instead").toBeDefined();
      expect(error.message, "shows what is wrong").toContain(JSON.stringify(text.replace(/^\/t:size=/, "")));
    },
  );

  test.each([
    [() => parseCapability("NET_ADMINN"), "did you mean CAP_NET_ADMIN?"],
    [() => parseUlimit("nofiles=1"), "did you mean nofile?"],
    [() => parseMount("src=/a,dst=/b,readonyl"), "did you mean readonly?"],
    [() => parseHook("poststops=/x"), "did you mean poststop?"],
  ])("the nearest name is offered: %#", (parse, offer) => {
    const { got, hint = "" } = thrown(parse);
    expect(`${got} ${hint}`).toContain(offer);
  });
});

test("passwd and group: what cannot be used is passed over", () => {
  const passwd =
    "root:x:0:0:root:/root:/bin/sh\n#x:x:1:1\n\n:x:1:1\nbad:x:one:1\nshort:x:5\nlate:x:6:7\r\nbig:x:4294967296:0";
  expect(parsePasswd(passwd)).toEqual([
    { name: "root", uid: 0, gid: 0, home: "/root" },
    { name: "late", uid: 6, gid: 7, home: "" },
  ]);
  expect(parseGroup("wheel:x:10:root,,ada\nempty:x:11:\nbad:x:")).toEqual([
    { name: "wheel", gid: 10, members: ["root", "ada"] },
    { name: "empty", gid: 11, members: [] },
  ]);
});

function thrown(run: () => unknown): OcilabError {
  try {
    run();
  } catch (error) {
    if (error instanceof OcilabError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
