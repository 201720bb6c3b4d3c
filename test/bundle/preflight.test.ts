import { describe, expect, test } from "vitest";
import { type HostFacts, type PathFact, parseLimits, sysctlFile } from "../../src/bundle/facts.ts";
import { mountOptionsAt, mountsBelow } from "../../src/bundle/mount-table.ts";
import { preflight } from "../../src/bundle/preflight.ts";
import type { Spec } from "../../src/oci/spec.ts";

const file = { type: "file", executable: true } as const;
const directory = { type: "directory", executable: true } as const;

const host: HostFacts = {
  uid: 0,
  bounding: ["CAP_CHOWN"],
  effective: ["CAP_CHOWN"],
  hardLimits: new Map<string, bigint | undefined>([
    ["RLIMIT_NOFILE", 1000n],
    ["RLIMIT_CORE", undefined],
  ]),
  modules: [],
  cgroup: { version: 2, controllers: ["cpu", "memory"] },
  maxUserNamespaces: 100,
  hasTerminal: false,
  paths: new Map<string, PathFact>([
    ["/there", directory],
    ["/hook", file],
    ["/plain", { ...file, executable: false }],
  ]),
  closedParents: [],
  inside: new Map<string, PathFact>([
    ["/file", file],
    ["/directory", directory],
  ]),
};

const spec = (parts: Partial<Spec>): Spec => ({ ociVersion: "1.0.2", ...parts });
const process = (parts: Partial<NonNullable<Spec["process"]>>): Spec =>
  spec({ process: { cwd: "/", ...parts } });
const bind = (source: string, destination: string): Spec =>
  spec({ mounts: [{ destination, source, options: ["bind"] }] });
const device = { type: "c", path: "/dev/mine", major: 1, minor: 3 } as const;
const userNamespace = (hostID = 100000): Spec =>
  spec({ linux: { namespaces: [{ type: "user" }], uidMappings: [{ containerID: 0, hostID, size: 1 }] } });

describe("the preflight", () => {
  test.each<[string, Spec, Partial<HostFacts>, string | undefined]>([
    ["nothing asked", spec({}), {}, undefined],
    ["no root, no user namespace", spec({}), { uid: 1000 }, "/linux/namespaces"],
    ["a terminal without one", process({ terminal: true }), {}, "/process/terminal"],
    ["a terminal with one", process({ terminal: true }), { hasTerminal: true }, undefined],
    ["a rootfs of somebody who is not mapped", userNamespace(), { rootfsOwner: 0 }, "/linux/uidMappings"],
    ["a rootfs of somebody who is", userNamespace(), { rootfsOwner: 100_000 }, undefined],
    ["a bind source that is there", bind("/there", "/new"), {}, undefined],
    ["a bind source that is missing", bind("/no", "/new"), {}, "/mounts/0/source"],
    ["a relative bind source", bind("no", "/new"), {}, "/mounts/0/source"],
    ["a directory onto a file", bind("/there", "/file"), {}, "/mounts/0/destination"],
    ["a file onto a directory", bind("/hook", "/directory"), {}, "/mounts/0/destination"],
    ["a hook that is there", spec({ hooks: { poststop: [{ path: "/hook" }] } }), {}, undefined],
    [
      "a hook that is missing",
      spec({ hooks: { poststop: [{ path: "/hook" }, { path: "/no" }] } }),
      {},
      "/hooks/poststop/1/path",
    ],
    [
      "a hook that is not executable",
      spec({ hooks: { prestart: [{ path: "/plain" }] } }),
      {},
      "/hooks/prestart/0/path",
    ],
    ["a hook in the container", spec({ hooks: { startContainer: [{ path: "/file" }] } }), {}, undefined],
    [
      "a host path for a hook in the container",
      spec({ hooks: { startContainer: [{ path: "/hook" }] } }),
      {},
      "/hooks/startContainer/0/path",
    ],
    [
      "a namespace that is gone",
      spec({ linux: { namespaces: [{ type: "pid", path: "/proc/0/ns/pid" }] } }),
      {},
      "/linux/namespaces/0/path",
    ],
    ["user namespaces", userNamespace(), {}, undefined],
    ["user namespaces switched off", userNamespace(), { maxUserNamespaces: 0 }, "/linux/namespaces"],
    [
      "a user whom the namespace does not map",
      { ...userNamespace(), process: { cwd: "/", user: { uid: 33, gid: 0 } } },
      {},
      "/process/user/uid",
    ],
    ["a closed parent", userNamespace(), { closedParents: ["/root"] }, "/root/path"],
    ["a closed parent of our own", userNamespace(0), { closedParents: ["/root"] }, undefined],
    [
      "a closed parent, and the namespace's root is its user",
      userNamespace(1000),
      { closedParents: ["/home/ann"], uid: 1000 },
      undefined,
    ],
    ["a capability that we have", process({ capabilities: { permitted: ["CAP_CHOWN"] } }), {}, undefined],
    [
      "a capability that we lack",
      process({ capabilities: { permitted: ["CAP_CHOWN", "CAP_SYS_RESOURCE"] } }),
      {},
      "/process/capabilities/permitted/1",
    ],
    [
      "a limit at ours",
      process({ rlimits: [{ type: "RLIMIT_NOFILE", soft: 1, hard: 1000 }] }),
      {},
      undefined,
    ],
    [
      "a limit above ours",
      process({ rlimits: [{ type: "RLIMIT_NOFILE", soft: 1, hard: 1001 }] }),
      {},
      "/process/rlimits/0/hard",
    ],
    [
      "unlimited",
      process({ rlimits: [{ type: "RLIMIT_NOFILE", soft: 1, hard: 18446744073709551615n }] }),
      {},
      "/process/rlimits/0/hard",
    ],
    [
      "unlimited where we are",
      process({ rlimits: [{ type: "RLIMIT_CORE", soft: 1, hard: -1 }] }),
      {},
      undefined,
    ],
    [
      "a limit above ours with the right to",
      process({ rlimits: [{ type: "RLIMIT_NOFILE", soft: 1, hard: 1001 }] }),
      { effective: ["CAP_SYS_RESOURCE"] },
      undefined,
    ],
    ["an OOM score like ours", process({ oomScoreAdj: 0 }), { oomScoreAdj: 300 }, undefined],
    ["an OOM score below ours", process({ oomScoreAdj: -1 }), {}, "/process/oomScoreAdj"],
    ["an OOM score not below ours", process({ oomScoreAdj: -1 }), { oomScoreAdj: -1 }, undefined],
    [
      "an OOM score below ours with the right to",
      process({ oomScoreAdj: -1 }),
      { effective: ["CAP_SYS_RESOURCE"] },
      undefined,
    ],
    [
      "another device than the host's",
      spec({ linux: { devices: [device] } }),
      { otherDevices: [0] },
      undefined,
    ],
    [
      "another device than the host's in a user namespace",
      spec({ linux: { ...userNamespace().linux, devices: [device] } }),
      { otherDevices: [0] },
      "/linux/devices/0/path",
    ],
    ["a controller that is there", spec({ linux: { resources: { memory: { limit: 1 } } } }), {}, undefined],
    [
      "a controller that is missing",
      spec({ linux: { resources: { pids: { limit: 1 } } } }),
      {},
      "/linux/resources/pids",
    ],
    ["an empty wish", spec({ linux: { resources: { cpu: {}, hugepageLimits: [] } } }), {}, undefined],
    [
      "unified files on v1",
      spec({ linux: { resources: { unified: { "memory.max": "1" } } } }),
      { cgroup: { version: 1, controllers: [] } },
      "/linux/resources/unified",
    ],
    ["AppArmor without it", process({ apparmorProfile: "x" }), {}, "/process/apparmorProfile"],
    ["AppArmor with it", process({ apparmorProfile: "x" }), { modules: ["apparmor"] }, undefined],
    ["unconfined without AppArmor", process({ apparmorProfile: "unconfined" }), {}, undefined],
    ["SELinux without it", spec({ linux: { mountLabel: "x" } }), {}, "/linux/mountLabel"],
    [
      "a sysctl that does not exist",
      spec({ linux: { sysctl: { "net.no/such": "1" } } }),
      {},
      "/linux/sysctl/net.no~1such",
    ],
  ])("%s", (_title, asked, facts, at) => {
    const problems = preflight(asked, { ...host, ...facts }, "/bundle");
    expect(problems.map((problem) => problem.at)).toEqual(at === undefined ? [] : [at]);
  });
});

test("a capability that nobody here can have is an error, but a warning where it is only bounding", () => {
  const sets = {
    bounding: ["CAP_SYS_TIME"],
    effective: ["CAP_SYS_TIME"],
    permitted: [],
    inheritable: ["CAP_SYS_TIME"],
  };
  const problems = preflight(process({ capabilities: sets }), host, "/bundle");
  expect(problems.map(({ at, level }) => [at, level])).toEqual([
    ["/process/capabilities/effective/0", "error"],
    ["/process/capabilities/bounding/0", "warning"],
  ]);
});

describe("what the kernel prints", () => {
  test("limits", () => {
    const text =
      "Limit   Soft Limit   Hard Limit   Units\nMax open files            1024                 4096                 files\nMax cpu time              unlimited            unlimited            seconds\n";
    expect([...parseLimits(text)]).toEqual([
      ["RLIMIT_NOFILE", 4096n],
      ["RLIMIT_CPU", undefined],
    ]);
  });

  test.each([
    ["net.ipv4.ip_forward", "/proc/sys/net/ipv4/ip_forward"],
    ["net/ipv4/conf/eth0.1/forwarding", "/proc/sys/net/ipv4/conf/eth0.1/forwarding"],
    ["net.ipv4.conf.eth0/1.forwarding", "/proc/sys/net/ipv4/conf/eth0.1/forwarding"],
  ])("the sysctl %s is %s", (name, path) => {
    expect(sysctlFile(name)).toBe(path);
  });

  test("mounts", () => {
    const text =
      "1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / /tmp rw,noexec - tmpfs x rw\n3 2 0:3 / /tmp/a\\040b rw - tmpfs x ro\n";
    expect(mountOptionsAt(text, "/tmp/x")).toContain("noexec");
    expect(mountOptionsAt(text, "/tmp/a b/c")).toEqual(["rw", "ro"]);
    expect(mountOptionsAt(text, "/tmpx")).not.toContain("noexec");
    expect(mountsBelow(text, "/tmp")).toEqual(["/tmp", "/tmp/a b"]);
  });
});
