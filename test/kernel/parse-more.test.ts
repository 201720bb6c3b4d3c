import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cgroupUnit } from "../../src/kernel/cgroup-files.ts";
import { parseCgroupValue } from "../../src/kernel/parse/cgroup.ts";
import { descriptorKind, parseDescriptor } from "../../src/kernel/parse/descriptors.ts";
import { parseSessionKeyrings } from "../../src/kernel/parse/keys.ts";
import { parseMemoryPolicy } from "../../src/kernel/parse/memory-policy.ts";
import {
  parseInet6,
  parseLocalAddresses,
  parseNetworkDevices,
  parseRoutes,
  parseRoutes6,
} from "../../src/kernel/parse/network.ts";
import { parseKey, parseOldLimit, parseSomePressure, parseSum } from "../../src/kernel/parse/usage.ts";

const good = (value: unknown): unknown => ({ ok: true, value });
const bad = { ok: false, detail: expect.any(String) };

describe("the network namespace", () => {
  const head = "Inter-| Receive | Transmit\n face |bytes …\n";
  const route = (text: string) => parseRoutes(`Iface …\n${text}`);

  test("devices, one with a colon in its name", () => {
    const line = "  eth0:1: 1 2 0 0 0 0 0 0 9223372036854775808 4 0 0 0 0 0 0\n";
    expect(parseNetworkDevices(head + line)).toEqual(
      good([
        {
          name: "eth0:1",
          receivedBytes: 1,
          receivedPackets: 2,
          sentBytes: 9223372036854775808n,
          sentPackets: 4,
        },
      ]),
    );
    expect(parseNetworkDevices(`${head}eth0 1 2\n`)).toEqual(bad);
  });

  test.each([
    ["00000000000000000000000000000001", "::1"],
    ["fe8000000000000000fc00fffe000001", "fe80::fc:ff:fe00:1"],
    ["20010db8000000000001000000000001", "2001:db8::1:0:0:1"],
    ["20010db8000100020003000400050006", "2001:db8:1:2:3:4:5:6"],
    ["20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1"],
    ["00000000000000000000000000000000", "::"],
    ["00010000000000000000000000000000", "1::"],
    ["10000000000000000000000000000010", "1000::10"],
  ])("%s is %s", (digits, address) => {
    expect(parseInet6(`${digits} 02 40 00 80 eth0\n`)).toEqual(
      good([{ address, prefix: 64, device: "eth0" }]),
    );
  });

  test("routes of IPv4; those that are down are left out", () => {
    const rows = [
      "eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0",
      "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
      "eth1\t000200C0\t00000000\t0000\t0\t0\t0\t00FFFFFF\t0\t0\t0",
    ];
    expect(route(`${rows.join("\n")}\n`)).toEqual(
      good([
        { destination: "0.0.0.0/0", gateway: "192.0.2.1", device: "eth0", metric: 100 },
        { destination: "192.0.2.0/24", gateway: undefined, device: "eth0", metric: 0 },
      ]),
    );
    expect(route("eth0 nonsense\n")).toEqual(bad);
  });

  test("routes of IPv6 without the local and multicast ones", () => {
    const zero = "0".repeat(32);
    const line = (to: string, flags: string) => `${to} 40 ${zero} 00 ${zero} 00000100 1 0 ${flags} eth0\n`;
    const text =
      line(`fd${"0".repeat(30)}`, "00000001") +
      line(`ff${"0".repeat(30)}`, "00000001") +
      line(zero, "80200001");
    expect(parseRoutes6(text)).toEqual(
      good([{ destination: "fd00::/64", gateway: undefined, device: "eth0", metric: 256 }]),
    );
  });

  test("own IPv4 addresses, once each, with the device of the longest route", () => {
    const trie =
      "Main:\n  |-- 127.0.0.1\n   /32 host LOCAL\n  |-- 10.1.2.3\n   /32 host LOCAL\nLocal:\n  |-- 10.1.2.3\n   /32 host LOCAL\n  |-- 10.9.9.255\n   /32 link BROADCAST\n  |-- 192.0.2.9\n   /32 host LOCAL\n";
    const routes = [
      { destination: "0.0.0.0/0", gateway: "10.1.0.1", device: "eth0", metric: 0 },
      { destination: "10.0.0.0/8", gateway: undefined, device: "eth0", metric: 0 },
      { destination: "10.1.0.0/16", gateway: undefined, device: "eth1", metric: 0 },
    ];
    expect(parseLocalAddresses(trie, routes)).toEqual(
      good([
        { address: "127.0.0.1", prefix: 8, device: "lo" },
        { address: "10.1.2.3", prefix: 16, device: "eth1" },
        { address: "192.0.2.9", prefix: undefined, device: undefined },
      ]),
    );
  });
});

describe("descriptors", () => {
  test("position, flags and mount", () => {
    const place = { fd: 3, target: "/x" };
    expect(parseDescriptor("pos:\t12\nflags:\t02100002\nmnt_id:\t24\nino:\t5\n", place)).toEqual(
      good({
        fd: 3,
        kind: "file",
        target: "/x",
        flags: ["O_RDWR", "O_LARGEFILE", "O_CLOEXEC"],
        position: 12,
        mount: 24,
      }),
    );
    expect(parseDescriptor("pos:\t0\nflags:\t04010000\n", place)).toMatchObject({
      value: { flags: ["O_RDONLY", "O_SYNC"], mount: undefined },
    });
    expect(parseDescriptor("flags:\t0\n", place)).toEqual(bad);
  });
  test.each([
    ["pipe:[1]", "pipe"],
    ["socket:[1]", "socket"],
    ["anon_inode:[eventfd]", "anonymous"],
    ["/memfd:x (deleted)", "memory"],
    ["net:[4026531833]", "namespace"],
    ["/dev/pts/3", "terminal"],
    ["/dev/null", "device"],
    ["/tmp/x (deleted)", "deleted"],
    ["/etc/passwd", "file"],
  ])("%s is a %s", (target, kind) => expect(descriptorKind(target)).toBe(kind));
});

test("session keyrings of /proc/keys", () => {
  const text =
    "07e97fea I--Q---     2 perm 3f1b0000     0     0 keyring   _ses.web: empty\n2a428080 I--Q---   110 perm 3f3f0000  1000 65534 keyring   _ses: 3\n00d85bb7 I--Q---     1 perm 3f130000     0     0 user      a b: 32\n";
  expect(parseSessionKeyrings(text)).toEqual(
    good([
      { id: "07e97fea", description: "_ses.web", user: 0, permissions: 0x3f1b0000, keys: 0 },
      { id: "2a428080", description: "_ses", user: 1000, permissions: 0x3f3f0000, keys: 3 },
    ]),
  );
  expect(parseSessionKeyrings("nonsense\n")).toEqual(bad);
});

test.each([
  ["5555f31ea000 default file=/usr/bin/cat mapped=2 N0=2\n", { mode: "default", flags: [], nodes: [] }],
  ["5555f31ea000 bind:0-1,3 anon=1\n", { mode: "bind", flags: [], nodes: [0, 1, 3] }],
  ["7f00 bind=static|balancing:1\n", { mode: "bind", flags: ["static", "balancing"], nodes: [1] }],
  ["7f00 prefer (many):0\n", { mode: "prefer (many)", flags: [], nodes: [0] }],
  ["7f00 weighted interleave:0\n", { mode: "weighted interleave", flags: [], nodes: [0] }],
])("the memory policy of %j", (text, value) => expect(parseMemoryPolicy(text)).toEqual(good(value)));

describe("cgroup files", () => {
  const line = "avg10=1.50 avg60=0.20 avg300=0.00 total=18446744073709551615";
  test("pressure, with and without a full line", () => {
    const some = { avg10: 1.5, avg60: 0.2, avg300: 0, total: 18446744073709551615n };
    expect(parseCgroupValue("pressure", `some ${line}\n`)).toEqual(good({ some }));
    expect(parseCgroupValue("pressure", `some ${line}\nfull ${line}\n`)).toEqual(good({ some, full: some }));
    expect(parseCgroupValue("pressure", "full avg10=0\n")).toEqual(bad);
    expect(parseSomePressure(`some ${line}\n`)).toEqual(good(1.5));
  });
  test("sums, keys and the limits of v1", () => {
    expect(parseSum("8:0 rbytes=10 wbytes=1\n8:16 rbytes=5 wbytes=2\n", /\brbytes=(\d+)/g)).toEqual(good(15));
    expect(parseSum("", /\brbytes=(\d+)/g)).toEqual(good(0));
    expect(parseKey("usage_usec 7\nuser_usec 1\n", "user_usec")).toEqual(good(1));
    expect(parseKey("usage_usec 7\n", "no_such")).toEqual(bad);
    expect(parseOldLimit("9223372036854771712\n")).toEqual(good("max"));
    expect(parseOldLimit("4096\n")).toEqual(good(4096));
  });
  test.each([
    ["memory.max", "", "bytes"],
    ["memory.stat", "anon", "bytes"],
    ["memory.stat", "pgfault", "count"],
    ["memory.stat", "pgtables" as string, "bytes"],
    ["memory.events", "oom", "count"],
    ["cpu.stat", "usage_usec", "µs"],
    ["cpu.stat", "nr_periods", "count"],
    ["cpu.pressure", "total", "µs"],
    ["cpu.pressure", "avg10", "percent"],
    ["cpuacct.usage", "", "ns"],
    ["io.stat", "rbytes", "bytes"],
    ["io.max", "riops", "count"],
    ["cpu.weight", "", ""],
  ])("%s %s is in %j", (name, key, unit) => expect(cgroupUnit(name, key)).toBe(unit));
});

test("no text makes a parser throw", () => {
  const place = { fd: 0, target: "/x" };
  const parsers: readonly ((text: string) => unknown)[] = [
    parseNetworkDevices,
    parseInet6,
    parseRoutes,
    parseRoutes6,
    (text) => parseLocalAddresses(text, []),
    (text) => parseDescriptor(text, place),
    descriptorKind,
    parseSessionKeyrings,
    parseMemoryPolicy,
    parseSomePressure,
    parseOldLimit,
    (text) => parseKey(text, "x"),
    (text) => parseCgroupValue("pressure", text),
  ];
  const kernelish = fc.stringMatching(/^[a-f0-9:.,=|/()[\] \t\n_x-]{0,80}$/);
  fc.assert(
    fc.property(fc.oneof(kernelish, fc.string({ unit: "binary" })), (text) => {
      for (const parse of parsers) parse(text);
    }),
    { numRuns: 300 },
  );
});
