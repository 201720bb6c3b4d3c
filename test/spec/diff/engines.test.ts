import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseForeignSpec } from "../../../src/oci/parse.ts";
import type { Spec } from "../../../src/oci/spec.ts";
import { compareSpecs } from "../../../src/spec/diff/compare.ts";
import { specOf } from "../../cli/config/world.ts";

/** A config.json that an engine wrote on a machine of ours: ids and lists of calls shortened, nothing else changed. */
function written(name: string): Spec {
  return parseForeignSpec(readFileSync(join(import.meta.dirname, name), "utf8"), { name });
}

function told(a: Spec, b: Spec): readonly string[] {
  return compareSpecs(a, b)
    .filter(({ group }) => group !== "seccomp")
    .map(({ what, a: left, b: right }) => `${right === null ? "-" : left === null ? "+" : "~"} ${what}`);
}

describe("what Docker 28 asks beside what the same flags make here", () => {
  const docker = written("docker-28.json");
  const flags = ["--memory=64m", "--pids-limit=50", "--cap-drop=NET_RAW", "--read-only", "--env=A=b"];
  const more = [
    "--volume=/etc:/data:ro",
    "--tmpfs=/run:size=1m",
    "--ulimit=nofile=100:200",
    "--hostname=box",
  ];

  test("the differences are those of the two engines, each in one line", () => {
    const ours = specOf([...flags, ...more, "--entrypoint=sleep", "300"], { cwd: "/", seccomp: true });
    expect(told(ours, docker)).toEqual(expectedOfDocker);
  });

  test("it asks the same as itself, in another order", () => {
    const turned = {
      ...docker,
      process: { ...docker.process, env: docker.process?.env?.toReversed() },
    } as Spec;
    expect(compareSpecs(docker, turned)).toEqual([]);
  });
});

test("what containerd's ctr asks beside what the same flags make here", () => {
  const flags = ["--memory=64m", "--read-only", "--env=A=b", "--hostname=box", "--cap-drop=NET_RAW"];
  const mount = "--mount=type=bind,source=/etc,target=/data,readonly";
  const ours = specOf([...flags, mount, "--entrypoint=sleep", "300"], { cwd: "/", seccomp: true });
  expect(told(ours, written("containerd.json"))).toEqual(expectedOfContainerd);
});

/** FROM and the annotations are those of the image that the flags are tried on. */
const expectedOfDocker: readonly string[] = [
  "~ root path",
  "- FROM",
  "- HOME",
  "+ HOSTNAME",
  "- noNewPrivileges",
  "+ oomScoreAdj",
  "+ /run propagation",
  "+ /etc/resolv.conf",
  "+ /etc/hostname",
  "+ /etc/hosts",
  "- org.opencontainers.image.os",
  "- org.opencontainers.image.architecture",
  "- namespaces cgroup",
  "- resources devices allow c 136:* rwm",
  "- resources devices allow c 1:7 rwm",
  "- resources devices allow c 5:2 rwm",
  "+ resources memory swap",
  "+ cgroupsPath",
  "+ sysctl net.ipv4.ip_unprivileged_port_start",
  "+ sysctl net.ipv4.ping_group_range",
  "~ ociVersion",
];

const expectedOfContainerd: readonly string[] = [
  "- FROM",
  "- HOME",
  "+ RLIMIT_NOFILE",
  "- /sys/fs/cgroup",
  "- /data propagation",
  "- /data rro",
  "+ /data ro",
  "+ /run",
  "- org.opencontainers.image.os",
  "- org.opencontainers.image.architecture",
  "- namespaces cgroup",
  "+ resources cpu shares",
  "+ cgroupsPath",
  "- maskedPaths /proc/interrupts",
  "~ ociVersion",
];
