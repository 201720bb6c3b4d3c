import { describe, expect, test } from "vitest";
import { buildSpec } from "../../src/spec/build.ts";
import type { SpecOption } from "../../src/spec/context.ts";
import { withAmbientCapabilities, withCapabilities } from "../../src/spec/options/capabilities.ts";
import { withMount } from "../../src/spec/options/mounts.ts";
import { withoutNamespace, withUserNamespace } from "../../src/spec/options/namespaces.ts";
import { withCpus, withCpuset, withMemory, withPidsLimit } from "../../src/spec/options/resources.ts";
import { withRlimit } from "../../src/spec/options/rlimits.ts";
import { withSeccomp } from "../../src/spec/options/seccomp.ts";
import { withSysctl } from "../../src/spec/options/sysctls.ts";
import { withUser } from "../../src/spec/options/user.ts";
import { parseTmpfs } from "../../src/spec/parse/tmpfs.ts";
import { parseUlimit } from "../../src/spec/parse/ulimit.ts";
import { parseVolume } from "../../src/spec/parse/volume.ts";
import { describeWith, missing, peer, programPath } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { runBundle } from "./bundle.ts";
import { image } from "./sample.ts";

/** crun refuses a host with both cgroup versions; without the v2 tree, in a mount namespace of its own, it works. */
const crunOnHybrid = [
  "unshare",
  "-m",
  "--propagation",
  "slave",
  "sh",
  "-c",
  'umount /sys/fs/cgroup/unified && exec "$@"',
  "sh",
];
const hybrid = missing("cgroup v2") !== undefined;
const viaHybrid = (program: string) => (hybrid ? [...crunOnHybrid, program] : [program]);

const runtimes = [
  { name: "runc", needs: ["runc"], command: [programPath("runc") ?? "runc"] },
  { name: "runc of the peers", needs: ["../shared/peers"], command: [peer("runc")] },
  { name: "crun", needs: ["crun", "unshare"], command: viaHybrid(programPath("crun") ?? "crun") },
  { name: "crun of the peers", needs: ["../shared/peers", "unshare"], command: viaHybrid(peer("crun")) },
] as const;

const map = {
  uidMappings: [{ containerID: 0, hostID: 100000, size: 1000 }],
  gidMappings: [{ containerID: 0, hostID: 100000, size: 1000 }],
};
const host = (["uts", "network", "ipc", "pid", "cgroup"] as const).map(withoutNamespace);

const cases: readonly (readonly [string, readonly SpecOption[], string, readonly string[]])[] = [
  [
    "the default",
    [],
    "id; hostname; grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status",
    ["uid=0 gid=0 groups=0", "box", "CapEff:\t00000000a80425fb", "NoNewPrivs:\t1", "Seccomp:\t2"],
  ],
  [
    "a user",
    [withUser("1000:7")],
    "id; grep -E '^Cap(Eff|Bnd)' /proc/self/status",
    ["uid=1000 gid=7 groups=7", "CapEff:\t0000000000000000", "CapBnd:\t00000000a80425fb"],
  ],
  [
    "a user with an ambient capability",
    [withUser("1000:7"), withAmbientCapabilities(["CAP_NET_RAW"])],
    "grep -E '^Cap(Eff|Amb)' /proc/self/status",
    ["CapEff:\t0000000000002000", "CapAmb:\t0000000000002000"],
  ],
  [
    "no capability",
    [withCapabilities({ drop: ["ALL"] })],
    "grep CapBnd /proc/self/status",
    ["CapBnd:\t0000000000000000"],
  ],
  [
    "the power to mount",
    [withCapabilities({ add: ["SYS_ADMIN"] })],
    "mount -t tmpfs x /tmp && grep -c ' /tmp ' /proc/mounts",
    ["1"],
  ],
  [
    "a user namespace",
    [withUserNamespace(map)],
    "id -u; cat /proc/self/uid_map | tr -s ' '",
    ["0", " 0 100000 1000"],
  ],
  [
    "limits",
    [
      withMemory({ limit: 2 ** 26 }),
      withPidsLimit(50),
      withCpus({ quota: 50000, period: 100000 }),
      withCpuset({ cpus: "0" }),
      withRlimit(parseUlimit("nofile=100:200")),
    ],
    "ulimit -n; ulimit -Hn; grep Cpus_allowed_list /proc/self/status",
    ["100", "200", "Cpus_allowed_list:\t0"],
  ],
  [
    "sysctls",
    [withSysctl({ "net.ipv4.ip_forward": "1", "kernel.shmmax": "1000000" })],
    "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax",
    ["1", "1000000"],
  ],
  [
    "mounts",
    [withMount(parseVolume("/usr/share:/mnt:ro")), withMount(parseTmpfs("/run:size=1m"))],
    "touch /mnt/x 2>&1 | sed 's/.*: //'; grep -o ' /run tmpfs rw,nosuid,nodev,noexec,relatime,size=1024k' /proc/mounts",
    ["Read-only file system", " /run tmpfs rw,nosuid,nodev,noexec,relatime,size=1024k"],
  ],
  ["the host's namespaces", host, "[ $(hostname) != box ] && echo other", ["other"]],
];

for (const { name, needs, command } of runtimes) {
  describeWith(["root", "busybox", ...needs], `configs that ${name} runs`, () => {
    test.each(cases)("%s", async (_, options, script, lines) => {
      await using place = scratch();
      const spec = buildSpec(
        { architecture: process.arch === "arm64" ? "arm64" : "amd64", hostname: "box" },
        image({ Entrypoint: ["/bin/busybox", "sh", "-c"], Cmd: [script] }),
        ...options,
      );
      const result = await runBundle(place.path, { spec, command });
      expect(result.stderr).toBe("");
      expect(result.stdout.split("\n").slice(0, -1)).toEqual(lines);
      expect(result.exitCode).toBe(0);
    });
  });
}

/** System calls by their number on x86-64 with harmless arguments, and their errno under the profile and without it. */
const calls: readonly (readonly [string, readonly number[], under: number, without: number])[] = [
  ["keyctl", [250, 0, 0], 1, 22],
  ["add_key", [248, 0, 0, 0, 0, 0], 1, 14],
  ["request_key", [249, 0, 0, 0, 0], 1, 14],
  ["io_uring_setup", [425, 1, 0], 1, 14],
  ["userfaultfd", [323, 0xffff], 1, 22],
  ["unshare", [272, 0x1], 1, 22],
  ["clone3", [435, 0, 0], 38, 22],
  ["socket of AF_ALG", [41, 38, 99, 0], 1, 22],
  ["mbind", [237, 1, 0, 99, 0, 0, 0], 1, 22],
  ["futex_waitv", [449, 0, 0, 9], 22, 22],
  ["openat2", [437, 0, 0, 0, 0], 22, 22],
  ["faccessat2", [439, 99999, 0, 0, 0x10000], 22, 22],
  ["landlock_create_ruleset", [444, 0, 0, 0x40000000], 22, 22],
  ["ptrace", [101, 0xffff, 0, 0, 0], 3, 3],
];

describeWith(["root", "busybox", "runc", "perl"], "the default seccomp profile in the kernel", () => {
  describe.skipIf(process.arch !== "x64")("on x86-64", () => {
    test.each(["default", "unconfined"] as const)("%s", async (profile) => {
      await using place = scratch();
      const script = calls
        .map(([, numbers]) => `$! = 0; syscall(${numbers.join(",")}); print $! + 0, "\\n";`)
        .join(" ");
      const folders = ["/usr", "/lib", "/lib64"].map((path) => withMount(parseVolume(`${path}:${path}:ro`)));
      const spec = buildSpec(
        { architecture: "amd64" },
        image({ Cmd: [programPath("perl") ?? "perl", "-e", script] }),
        withSeccomp(profile),
        ...folders,
      );
      const { stdout, stderr } = await runBundle(place.path, {
        spec,
        command: [programPath("runc") ?? "runc"],
      });
      const answers = stdout.trim().split("\n").map(Number);
      const found = calls.map(([name], index) => [name, answers[index]]);
      expect(found, stderr).toEqual(
        calls.map(([name, , under, without]) => [name, profile === "default" ? under : without]),
      );
    });
  });
});
