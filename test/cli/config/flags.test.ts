import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseArguments } from "../../src/cli/arguments.ts";
import { type ConfigValues, configFlags } from "../../src/cli/config/flags.ts";
import { configOptions } from "../../src/cli/config/options.ts";
import type { ImageConfig } from "../../src/oci/image.ts";
import { valueAt } from "../../src/oci/pointer.ts";
import type { Spec } from "../../src/oci/spec.ts";
import { buildSpec } from "../../src/spec/build.ts";
import { scratch } from "../support/scratch.ts";

const image: ImageConfig = {
  architecture: "amd64",
  os: "linux",
  config: { Entrypoint: ["/entry"], Cmd: ["image", "command"], Env: ["FROM=image"] },
  rootfs: { type: "layers", diff_ids: [] },
};
const context = {
  architecture: "amd64",
  passwd: "root:x:0:0::/root:/bin/sh\nweb:x:33:33::/web:/bin/sh\n",
  group: "wheel:x:10:\n",
};
const env = { INHERITED: "ours", EMPTY: undefined };

function specOf(argv: readonly string[], cwd = "/work/of/user"): Spec {
  const { flags, positionals } = parseArguments(argv, { command: "run", flags: configFlags });
  const options = configOptions(flags as ConfigValues, { command: positionals, cwd, env });
  return buildSpec(context, image, ...options);
}

const pathsOf = (value: unknown) => expect.arrayContaining([expect.objectContaining(value as object)]);
const docker = "/process/env";

/** Every flag, as given, and where its effect shows in config.json. */
const effects: readonly (readonly [
  flag: keyof typeof configFlags,
  argv: readonly string[],
  at: string,
  value: unknown,
])[] = [
  ["tty", ["-t"], "/process/terminal", true],
  ["env", ["-e", "A=1", "-eB=2"], docker, expect.arrayContaining(["A=1", "B=2", "FROM=image"])],
  ["env", ["-e", "INHERITED"], docker, expect.arrayContaining(["INHERITED=ours"])],
  ["env", ["-e", "EMPTY"], docker, expect.not.arrayContaining([expect.stringMatching(/^EMPTY/)])],
  ["env", ["-e", "FROM=flag"], docker, expect.arrayContaining(["FROM=flag"])],
  ["user", ["-u", "web"], "/process/user/uid", 33],
  ["user", ["--user", "7:8"], "/process/user/gid", 8],
  ["group-add", ["--group-add", "wheel"], "/process/user/additionalGids", expect.arrayContaining([10])],
  ["workdir", ["-w", "/srv"], "/process/cwd", "/srv"],
  ["entrypoint", ["--entrypoint", "/bin/x"], "/process/args", ["/bin/x"]],
  ["entrypoint", ["--entrypoint", "", "sh"], "/process/args", ["sh"]],
  ["entrypoint", ["--entrypoint", "/bin/x", "a", "b"], "/process/args", ["/bin/x", "a", "b"]],
  ["hostname", ["--hostname", "box"], "/hostname", "box"],
  ["domainname", ["--domainname", "dom"], "/domainname", "dom"],
  ["memory", ["-m", "64m"], "/linux/resources/memory/limit", 67108864],
  ["memory-reservation", ["--memory-reservation", "1k"], "/linux/resources/memory/reservation", 1024],
  ["memory-swap", ["-m1g", "--memory-swap", "2g"], "/linux/resources/memory/swap", 2 ** 31],
  ["pids-limit", ["--pids-limit", "32"], "/linux/resources/pids/limit", 32],
  ["pids-limit", ["--pids-limit", "-1"], "/linux/resources/pids/limit", -1],
  ["cpus", ["--cpus", "1.5"], "/linux/resources/cpu/quota", 150000],
  ["cpu-shares", ["-c", "512"], "/linux/resources/cpu/shares", 512],
  ["cpuset-cpus", ["--cpuset-cpus", "0-1"], "/linux/resources/cpu/cpus", "0-1"],
  ["cpuset-mems", ["--cpuset-mems", "0"], "/linux/resources/cpu/mems", "0"],
  ["cgroup-conf", ["--cgroup-conf", "memory.high=32M"], "/linux/resources/unified", { "memory.high": "32M" }],
  ["cgroups-path", ["--cgroups-path", "/a/b"], "/linux/cgroupsPath", "/a/b"],
  [
    "cap-add",
    ["--cap-add", "net_admin"],
    "/process/capabilities/bounding",
    expect.arrayContaining(["CAP_NET_ADMIN", "CAP_CHOWN"]),
  ],
  ["cap-drop", ["--cap-drop", "ALL"], "/process/capabilities/bounding", []],
  [
    "cap-drop",
    ["--cap-drop=ALL", "--cap-add=KILL,CHOWN"],
    "/process/capabilities/effective",
    ["CAP_CHOWN", "CAP_KILL"],
  ],
  ["security-opt", ["--security-opt", "no-new-privileges=false"], "/process/noNewPrivileges", false],
  ["security-opt", ["--security-opt", "seccomp=unconfined"], "/linux/seccomp", undefined],
  ["security-opt", ["--security-opt", "apparmor=mine"], "/process/apparmorProfile", "mine"],
  ["security-opt", ["--security-opt", "systempaths=unconfined"], "/linux/maskedPaths", []],
  ["read-only", ["--read-only"], "/root/readonly", true],
  [
    "volume",
    ["-v", "/a:/b:ro"],
    "/mounts",
    pathsOf({ destination: "/b", source: "/a", options: expect.arrayContaining(["rbind", "ro"]) }),
  ],
  ["volume", ["-v", "./a:/b"], "/mounts", pathsOf({ destination: "/b", source: "/work/of/user/a" })],
  [
    "mount",
    ["--mount", "type=bind,src=a,dst=/b,ro"],
    "/mounts",
    pathsOf({ destination: "/b", source: "/work/of/user/a" }),
  ],
  [
    "tmpfs",
    ["--tmpfs", "/run:size=1m"],
    "/mounts",
    pathsOf({ destination: "/run", type: "tmpfs", options: expect.arrayContaining(["size=1048576"]) }),
  ],
  [
    "device",
    ["--device", "/dev/null:/dev/mine:r"],
    "/linux/devices",
    pathsOf({ path: "/dev/mine", type: "c", major: 1, minor: 3 }),
  ],
  [
    "device",
    ["--device", "/dev/null:/dev/mine:r"],
    "/linux/resources/devices",
    pathsOf({ major: 1, minor: 3, access: "r" }),
  ],
  [
    "ulimit",
    ["--ulimit", "nofile=10:20"],
    "/process/rlimits",
    pathsOf({ type: "RLIMIT_NOFILE", soft: 10, hard: 20 }),
  ],
  [
    "sysctl",
    ["--sysctl", "net.ipv4.ip_forward=1", "--sysctl=kernel.msgmax=9"],
    "/linux/sysctl",
    { "net.ipv4.ip_forward": "1", "kernel.msgmax": "9" },
  ],
  ["oom-score-adj", ["--oom-score-adj", "500"], "/process/oomScoreAdj", 500],
  ["network", ["--network", "host"], "/linux/namespaces", expect.not.arrayContaining([{ type: "network" }])],
  ["network", ["--network", "none"], "/linux/namespaces", pathsOf({ type: "network" })],
  ["pid", ["--pid", "host"], "/linux/namespaces", expect.not.arrayContaining([{ type: "pid" }])],
  ["ipc", ["--ipc", "host"], "/linux/namespaces", expect.not.arrayContaining([{ type: "ipc" }])],
  ["uts", ["--uts", "host"], "/linux/namespaces", expect.not.arrayContaining([{ type: "uts" }])],
  ["cgroupns", ["--cgroupns", "host"], "/linux/namespaces", expect.not.arrayContaining([{ type: "cgroup" }])],
  [
    "namespace",
    ["--namespace", "network=/proc/7/ns/net"],
    "/linux/namespaces",
    pathsOf({ type: "network", path: "/proc/7/ns/net" }),
  ],
  ["uidmap", ["--uidmap", "0:1000:10"], "/linux/gidMappings", [{ containerID: 0, hostID: 1000, size: 10 }]],
  [
    "gidmap",
    ["--uidmap", "0:1000:10", "--gidmap", "0:2000:5"],
    "/linux/gidMappings",
    [{ containerID: 0, hostID: 2000, size: 5 }],
  ],
  ["annotation", ["--annotation", "a=b=c"], "/annotations/a", "b=c"],
  ["label", ["-l", "a=b"], "/annotations/a", "b"],
  [
    "hook",
    ["--hook", "poststop=/bin/true x"],
    "/hooks/poststop",
    [{ path: "/bin/true", args: ["/bin/true", "x"] }],
  ],
];

describe("config flags show in config.json", () => {
  test.each(effects)("--%s %j", (_flag, argv, at, value) => {
    expect(valueAt(specOf(argv), at)).toEqual(value);
  });

  test("a command replaces the image's, after its entrypoint", () => {
    expect(specOf(["--", "sh", "-c", "x"]).process?.args).toEqual(["/entry", "sh", "-c", "x"]);
    expect(specOf([]).process?.args).toEqual(["/entry", "image", "command"]);
  });

  test("every flag has a row here", () => {
    const inFiles = ["spec-patch", "env-file"];
    const covered = new Set([...effects.map(([flag]) => flag), ...inFiles]);
    expect(Object.keys(configFlags).filter((name) => !covered.has(name as keyof typeof configFlags))).toEqual(
      [],
    );
  });

  test("files: --env-file and a seccomp profile, relative to the current directory", async () => {
    await using place = scratch();
    mkdirSync(join(place.path, "sub"));
    writeFileSync(join(place.path, "sub/env"), "# a comment\nA=1\n\nINHERITED\r\n  B=2 3\n");
    writeFileSync(join(place.path, "deny.json"), '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[]}');
    const spec = specOf(
      ["--env-file", "sub/env", "-eA=2", "--security-opt", "seccomp=deny.json"],
      place.path,
    );
    expect(spec.process?.env).toEqual(expect.arrayContaining(["A=2", "INHERITED=ours", "B=2 3"]));
    expect(spec.linux?.seccomp?.defaultAction).toBe("SCMP_ACT_ERRNO");
  });

  test("files: --spec-patch, after every flag whatever the order", async () => {
    await using place = scratch();
    writeFileSync(
      join(place.path, "list.json"),
      '[{"op": "replace", "path": "/hostname", "value": "patched"}]',
    );
    writeFileSync(join(place.path, "merge.json"), '{"domainname": null, "linux": {"seccomp": null}}');
    const spec = specOf(
      ["--spec-patch", "list.json", "--spec-patch=merge.json", "--hostname", "flag", "--domainname", "flag"],
      place.path,
    );
    expect(spec).toMatchObject({ hostname: "patched" });
    expect([spec.domainname, spec.linux?.seccomp]).toEqual([undefined, undefined]);
  });
});

test.each([
  [["-v", "data:/data"], "names a volume of an engine"],
  [["-e", "=x"], "has no name"],
  [["--device", "/no/such"], "no such file"],
  [["--device", "/etc/passwd"], "is no device"],
  [["--env-file", "/no/such"], "ENOENT"],
  [["--spec-patch", "/no/such"], "ENOENT"],
  [["--spec-patch", "-", "--spec-patch", "-"], "can be read once"],
  [["--security-opt", "secomp=unconfined"], "did you mean seccomp"],
  [["--security-opt", "label=disable"], "no such option"],
  [["--memory", "lots"], "lots"],
  [["--cpus", "-1"], "-1"],
  [["--network", "bridge"], "none, host"],
  [["--cap-add", "NET_ADMINN"], "NET_ADMINN"],
])("%j is refused: %s", (argv, says) => {
  expect(() => specOf(argv)).toThrow(says);
});
