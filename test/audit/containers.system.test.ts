import { unlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runProgram } from "../../src/base/process.ts";
import type { Spec } from "../../src/oci/spec.ts";
import { describeWith, missing, peer } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { broken, type Container, createContainer, explained, sleepSpec } from "./support/container.ts";

const runtimes = ["runc", ...(missing("../shared/peers") === undefined ? [peer("runc")] : [])];

/** A config that asks for something in every part. */
function manySpec(): Spec {
  return sleepSpec((spec) => {
    const { process, linux } = spec;
    if (process === undefined || linux === undefined)
      throw new Error("the default config has lost its parts");
    process.user = { uid: 0, gid: 0, additionalGids: [10, 20], umask: 0o77 };
    process.cwd = "/tmp";
    process.oomScoreAdj = 100;
    process.rlimits = [
      { type: "RLIMIT_NOFILE", soft: 512, hard: 1024 },
      { type: "RLIMIT_CPU", soft: 18446744073709551615n, hard: 18446744073709551615n },
    ];
    spec.root = { path: "rootfs", readonly: true };
    spec.mounts?.push(
      {
        destination: "/tmp",
        type: "tmpfs",
        source: "tmpfs",
        options: ["nosuid", "noexec", "size=1m", "mode=1770"],
      },
      {
        destination: "/etc",
        type: "bind",
        source: "rootfs/bin",
        options: ["rbind", "ro", "nosuid", "rprivate"],
      },
    );
    linux.devices = [
      { path: "/dev/fuse", type: "c", major: 10, minor: 229, fileMode: 0o640, uid: 1, gid: 2 },
    ];
    linux.sysctl = { "net.ipv4.ip_forward": "1", "kernel.msgmax": "65536" };
    linux.rootfsPropagation = "private";
    linux.resources = {
      ...linux.resources,
      memory: { limit: 64 * 1024 * 1024 + 100, reservation: 32 * 1024 * 1024 },
      pids: { limit: 77 },
      cpu: { shares: 512, quota: 50_000, period: 100_000, cpus: "0", mems: "0" },
    };
  });
}

describeWith(["root", "busybox", "nsenter", "runc"], "a container whose config asks nothing false", () => {
  test.each(runtimes)("%s keeps every wish of the default config", async (runtime) => {
    await using place = scratch();
    await using container = await createContainer(place.path, { spec: sleepSpec(), runtime });
    await container.start();
    const findings = await container.audit();
    expect(explained(findings, "broken")).toEqual([]);
    expect(findings.filter(({ verdict }) => verdict === "kept").length).toBeGreaterThan(50);
  });

  test.each(runtimes)("%s keeps every wish of a config that asks for much", async (runtime) => {
    await using place = scratch();
    await using container = await createContainer(place.path, { spec: manySpec(), runtime });
    await container.start();
    const findings = await container.audit();
    expect(explained(findings, "broken")).toEqual([]);
    expect(explained(findings, "unseen").filter((line) => !/instance/.test(line))).toEqual([]);
  });

  test.each(runtimes)(
    "%s: of a created container what process asks is unseen, the rest is kept",
    async (runtime) => {
      await using place = scratch();
      await using container = await createContainer(place.path, { spec: manySpec(), runtime });
      const findings = await container.audit(manySpec(), "created");
      expect(explained(findings, "broken")).toEqual([]);
      const ofProcess = findings.filter(({ at }) => at.startsWith("/process/"));
      expect(new Set(ofProcess.map(({ verdict }) => verdict))).toEqual(new Set(["unseen"]));
      expect(findings.find(({ at }) => at === "/linux/resources/memory/limit")?.verdict).toBe("kept");
    },
  );
});

describeWith(["root", "busybox", "nsenter", "prlimit", "runc"], "what was changed behind runc's back", () => {
  const inside = async ({ pid }: Container, ...command: readonly string[]): Promise<void> => {
    const result = await runProgram("nsenter", [
      "--target",
      String(pid),
      "--mount",
      "--pid",
      "--uts",
      "--",
      ...command,
    ]);
    expect(result.stderr).toBe("");
  };
  const cgroupFile = async (container: Container, ...names: readonly string[]): Promise<string> => {
    const { hierarchies } = await container.view();
    const sources = hierarchies.flatMap(({ files }) => names.flatMap((name) => files[name]?.source ?? []));
    return sources[0] ?? "";
  };
  const write = async (container: Container, value: string, ...names: readonly string[]): Promise<void> =>
    writeFileSync(await cgroupFile(container, ...names), value);

  const rows: readonly (readonly [string, string, (container: Container) => unknown])[] = [
    [
      "memory limit",
      "/linux/resources/memory/limit",
      (c) => write(c, "33554432", "memory.limit_in_bytes", "memory.max"),
    ],
    ["pids limit", "/linux/resources/pids/limit", (c) => write(c, "500", "pids.max")],
    ["cpu shares", "/linux/resources/cpu/shares", (c) => write(c, "200", "cpu.shares", "cpu.weight")],
    [
      "an rlimit",
      "/process/rlimits/0",
      (c) => runProgram("prlimit", ["--pid", String(c.pid), "--nofile=100:200"]),
    ],
    ["oom_score_adj", "/process/oomScoreAdj", (c) => writeFileSync(`/proc/${c.pid}/oom_score_adj`, "200")],
    [
      "the root made writable",
      "/root/readonly",
      (c) => inside(c, "/bin/mount", "-o", "remount,bind,rw", "/"),
    ],
    [
      "a mount's noexec",
      "OPTIONS /tmp",
      (c) => inside(c, "/bin/mount", "-o", "remount,bind,nosuid,exec", "/tmp"),
    ],
    [
      "a tmpfs made read-only",
      "OPTIONS /tmp",
      (c) => inside(c, "/bin/mount", "-o", "remount,bind,nosuid,nodev,noexec,ro", "/tmp"),
    ],
    [
      "a bind mount's ro",
      "OPTIONS /etc",
      (c) => inside(c, "/bin/mount", "-o", "remount,bind,nosuid,rw", "/etc"),
    ],
    ["a mount taken away", "MOUNT /dev/mqueue", (c) => inside(c, "/bin/umount", "/dev/mqueue")],
    ["the hostname", "/hostname", (c) => inside(c, "/bin/hostname", "other")],
    ["a device removed", "/linux/devices/0", (c) => unlinkSync(`/proc/${c.pid}/root/dev/fuse`)],
    ["a mask lifted", "/linux/maskedPaths/0", (c) => inside(c, "/bin/umount", "/proc/acpi")],
    [
      "a read-only path",
      "/linux/readonlyPaths/0",
      (c) => inside(c, "/bin/mount", "-o", "remount,bind,rw", "/proc/bus"),
    ],
  ];

  test.each(rows)("%s is the one broken wish", async (_, at, change) => {
    await using place = scratch();
    const spec = manySpec();
    await using container = await createContainer(place.path, { spec, runtime: "runc" });
    await container.start();
    await change(container);
    expect(broken(await container.audit())).toEqual([pointerOf(spec, at)]);
  });

  test("a config that asks for another capability set than the runtime was given", async () => {
    await using place = scratch();
    await using container = await createContainer(place.path, { spec: sleepSpec(), runtime: "runc" });
    await container.start();
    const asked = sleepSpec((spec) => spec.process?.capabilities?.bounding?.push("CAP_NET_ADMIN"));
    const findings = await container.audit(asked);
    expect(explained(findings, "broken")).toEqual([
      expect.stringMatching(
        /^\/process\/capabilities\/bounding: missing: CAP_NET_ADMIN \(\/proc\/\d+\/status CapBnd\)$/,
      ),
    ]);
  });

  test("a config that asks for another user, program environment or namespace than the runtime was given", async () => {
    await using place = scratch();
    await using container = await createContainer(place.path, { spec: sleepSpec(), runtime: "runc" });
    await container.start();
    const asked = sleepSpec((spec) => {
      spec.process?.env?.push("EXTRA=1");
      spec.linux?.namespaces?.push({ type: "time" }, { type: "user" });
      if (spec.process?.capabilities !== undefined) spec.process.noNewPrivileges = true;
    });
    expect(broken(await container.audit(asked))).toEqual([
      "/process/env",
      `/linux/namespaces/${(asked.linux?.namespaces?.length ?? 0) - 2}`,
      `/linux/namespaces/${(asked.linux?.namespaces?.length ?? 0) - 1}`,
    ]);
  });
});

function pointerOf(spec: Spec, at: string): string {
  const [kind, destination] = at.split(" ");
  if (destination === undefined) return at;
  const index = (spec.mounts ?? []).findIndex((mount) => mount.destination === destination);
  return kind === "OPTIONS" ? `/mounts/${index}/options` : `/mounts/${index}`;
}
