import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/audit/finding.ts";
import type { DeviceCgroup, Spec } from "../../src/oci/spec.ts";
import { describeWith, missing, peer } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { type Container, createContainer, sleepSpec } from "./support/container.ts";
import { attachDeviceProgram, detachDevicePrograms } from "./support/device-program.ts";

const peers = missing("../shared/peers") === undefined ? [peer("runc"), peer("crun")] : [];
const runtimes = ["runc", "crun", ...peers];

const fuse = { allow: true, type: "c", major: 10, minor: 229, access: "rwm" } as const;
const loops = { allow: true, type: "b", major: 7, access: "r" } as const;
const asked: readonly DeviceCgroup[] = [
  { allow: false, access: "rwm" },
  fuse,
  loops,
  { allow: true, type: "c", major: 188, minor: 3, access: "rw" },
  { allow: false, type: "c", major: 188, minor: 3, access: "w" },
];

function specOf(devices: readonly DeviceCgroup[]): Spec {
  return sleepSpec(({ linux }) => {
    if (linux === undefined) return;
    linux.resources = { ...linux.resources, devices: [...devices] };
    // To read a filter takes this machine seconds.
    delete linux.seccomp;
  });
}

function rulesOf(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ at }) => at.startsWith("/linux/resources/devices/"));
}

async function verdicts(container: Container): Promise<readonly string[]> {
  return rulesOf(await container.audit()).map(({ verdict }) => verdict);
}

describeWith(["root", "cgroup v2", "busybox", "runc", "crun"], "device rules on cgroup v2", () => {
  describe.each(runtimes)("%s", (runtime) => {
    const last = lastOf(runtime);

    test("are kept, then broken by a program behind its back, and by there being none", async () => {
      await using place = scratch();
      await using container = await createContainer(place.path, { spec: specOf(asked), runtime });
      const findings = rulesOf(await container.audit());
      expect(findings.map(({ verdict }) => verdict)).toEqual(["kept", "kept", "kept", "kept", last]);
      expect(findings[0]).toMatchObject({
        source: expect.stringContaining("BPF_PROG_QUERY"),
        seen: expect.arrayContaining(["c 10:229 rwm", "c 1:3 rwm"]),
      });
      expect(findings[1]).toMatchObject({ seen: ["c 10:229 rwm"] });
      const directory = await directoryOf(container);
      expect(opened(directory, place.path)).toBe(last === "kept" ? "not permitted" : "permitted");
      attachDeviceProgram(directory, { allows: false });
      expect(await verdicts(container)).toEqual(["kept", "broken", "broken", "broken", "kept"]);
      detachDevicePrograms(directory);
      expect(await verdicts(container)).toEqual(["broken", "kept", "kept", "kept", "broken"]);
      attachDeviceProgram(directory, { allows: true });
      expect(await verdicts(container)).toEqual(["broken", "kept", "kept", "kept", "broken"]);
    });
  });

  test.each(["runc", "crun"])("are broken when %s drops one, narrows one and adds one", async (runtime) => {
    const last = lastOf(runtime);
    await using place = scratch();
    const given: readonly DeviceCgroup[] = [
      ...asked.flatMap((rule) => (rule === fuse ? [] : rule === loops ? [{ ...loops, minor: 1 }] : [rule])),
      { allow: true, type: "b", major: 8, minor: 0, access: "rw" },
    ];
    const options = { spec: specOf(asked), given: specOf(given), runtime };
    await using container = await createContainer(place.path, options);
    const findings = rulesOf(await container.audit());
    expect(findings.map(({ verdict }) => verdict)).toEqual(["broken", "broken", "broken", "kept", last]);
    const whys = findings.map((finding) => ("why" in finding ? finding.why : ""));
    expect(whys[0]).toBe("the programs allow b 8:0 rw");
    expect(whys[1]).toBe("the programs deny c 10:229 rw");
    expect(whys[2]).toMatch(/^the programs deny b 7:\d+ r/);
  });

  test("a program of a cgroup above counts as well", async () => {
    await using place = scratch();
    const spec = specOf([{ allow: true, access: "rwm" }]);
    if (spec.linux !== undefined) spec.linux.cgroupsPath = `/ocilab-above-${process.pid}/inner`;
    await using container = await createContainer(place.path, { spec, runtime: "runc" });
    expect(await verdicts(container)).toEqual(["kept"]);
    const directory = await directoryOf(container);
    attachDeviceProgram(directory.replace(/\/[^/]+$/, ""), { allows: false });
    expect(await verdicts(container)).toEqual(["broken"]);
  });
});

/** crun lets pass who reads and writes at once where only writing is denied: the kernel itself says so above. */
function lastOf(runtime: string): "kept" | "broken" {
  return runtime.endsWith("crun") ? "broken" : "kept";
}

async function directoryOf(container: Container): Promise<string> {
  const { hierarchies } = await container.view();
  const [directory] = hierarchies.flatMap((one) => (one.version === 2 ? [one.directory] : []));
  if (directory?.ok !== true) throw new Error("the container's cgroup is not seen");
  return directory.value;
}

/** What the kernel says when a process of the cgroup opens c 188:3 (no driver has it) for reading and writing. */
function opened(directory: string, scratchDirectory: string): string {
  const script = 'echo $$ >"$1/cgroup.procs"; mknod "$2/tty" c 188 3; exec 3<>"$2/tty"';
  const { stderr } = spawnSync("sh", ["-c", script, "sh", directory, scratchDirectory], { encoding: "utf8" });
  return /not permitted/.test(stderr)
    ? "not permitted"
    : /No such device/.test(stderr)
      ? "permitted"
      : stderr;
}
