import { describe, expect, test } from "vitest";
import { OcilabError } from "../../src/base/errors.ts";
import { cgroupDirectory } from "../../src/kernel/cgroups.ts";
import { cgroupModeOf, viewHost } from "../../src/kernel/host.ts";
import { sysctlPath } from "../../src/kernel/inside.ts";
import { parseMountinfo } from "../../src/kernel/parse/mountinfo.ts";
import { viewProcess } from "../../src/kernel/view.ts";
import { captured, errno, type Tree } from "./support/tree.ts";

const stat = "7 (box) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 555 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0";
const namespaces = ["mnt", "pid", "net", "uts", "ipc", "user", "cgroup", "time"];
const links = (pid: string, inode: number): Tree =>
  Object.fromEntries(namespaces.map((name) => [`/proc/${pid}/ns/${name}`, `-> ${name}:[${inode}]`]));

const tree: Tree = {
  "/proc/7/stat": stat,
  "/proc/7/status": "Name:\tbox\nUid:\t5\t5\t5\t5\nCapEff:\t0000000000000020\nNoNewPrivs:\t1\nSeccomp:\t2\n",
  "/proc/7/cmdline": "box\0--flag\0",
  "/proc/7/environ": errno("EACCES"),
  "/proc/7/cwd": "-> /run/root/tmp",
  "/proc/7/root": "-> /run/root",
  "/proc/7/cgroup": "0::/box\n",
  "/proc/7/uid_map": "nonsense\n",
  ...links("7", 20),
  ...links("self", 20),
  "/proc/self/mountinfo": "30 1 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
  "/proc/sys/kernel/hostname": "here\n",
  "/proc/sys/kernel/domainname": "(none)\n",
  "/sys/fs/cgroup/box/cgroup.controllers": "memory pids\n",
  "/sys/fs/cgroup/box/memory.max": "67108864\n",
  "/sys/fs/cgroup/box/memory.stat": "anon 5\nunheard_of 6\n",
  "/sys/fs/cgroup/box/cgroup.procs": "7\n8\n",
  "/sys/fs/cgroup/box/hugetlb.2MB.max": "max\n",
  "/sys/fs/cgroup/box/unknown.file": "x\n",
};

describe("viewProcess", () => {
  test("every fact names its file, and its field where the file has several", async () => {
    const view = await viewProcess(7, { files: captured(tree) });
    expect(view.identity.startTime).toEqual({ source: "/proc/7/stat starttime", ok: true, value: 555 });
    expect(view.capabilities.effective).toEqual({
      source: "/proc/7/status CapEff",
      ok: true,
      value: ["CAP_KILL"],
    });
    expect(view.program.args).toEqual({ source: "/proc/7/cmdline", ok: true, value: ["box", "--flag"] });
  });

  test("the working directory is seen from the process's own root", async () => {
    const { program } = await viewProcess(7, { files: captured(tree) });
    expect(program.cwd).toMatchObject({ value: "/tmp" });
    const beside = await viewProcess(7, { files: captured({ ...tree, "/proc/7/cwd": "-> /run/rootless" }) });
    expect(beside.program.cwd).toMatchObject({ value: "/run/rootless" });
  });

  test("what is denied, absent or malformed is a reading that says so", async () => {
    const view = await viewProcess(7, { files: captured(tree) });
    expect(view.program.env).toMatchObject({ ok: false, reason: "denied" });
    expect(view.oomScoreAdj).toMatchObject({ ok: false, reason: "absent", source: "/proc/7/oom_score_adj" });
    const refused = await viewProcess(7, { files: captured({ ...tree, "/proc/7/limits": errno("EPERM") }) });
    expect(refused.limits).toMatchObject({ ok: false, reason: "denied" });
    expect(view.idMaps.uid).toMatchObject({ ok: false, reason: "malformed" });
    expect(view.seccomp.filters).toMatchObject({
      ok: false,
      reason: "absent",
      source: "/proc/7/status Seccomp_filters",
    });
  });

  test("the host's namespaces are pid 1's, or our own where those cannot be read", async () => {
    const own = await viewProcess(7, { files: captured(tree) });
    expect(own.namespaces.network.host.source).toBe("/proc/self/ns/net");
    expect(own.namespaces.network.sharedWithHost).toMatchObject({ value: true });
    const first = await viewProcess(7, { files: captured({ ...tree, ...links("1", 9) }) });
    expect(first.namespaces.network.host.source).toBe("/proc/1/ns/net");
    expect(first.namespaces.network.sharedWithHost).toMatchObject({ value: false });
  });

  test("the cgroup's files are found through our own mounts", async () => {
    const { hierarchies } = await viewProcess(7, {
      files: captured(tree),
      questions: { cgroupFiles: ["unknown.file"] },
    });
    const [hierarchy] = hierarchies;
    const { controllers, files = {} } = hierarchy ?? {};
    expect(controllers).toEqual(["memory", "pids"]);
    expect(files["memory.max"]).toEqual({
      source: "/sys/fs/cgroup/box/memory.max",
      ok: true,
      value: 67108864,
    });
    expect(files["memory.stat"]).toMatchObject({ value: { anon: 5 } });
    expect(files["cgroup.procs"]).toMatchObject({ value: 2 });
    expect(files["hugetlb.2MB.max"]).toMatchObject({ value: "max" });
    expect(files["unknown.file"]).toMatchObject({ value: "x" });
  });

  test("a namespace of another is not entered with captured files, and the reading says so", async () => {
    const view = await viewProcess(7, { files: captured({ ...tree, ...links("self", 21) }) });
    expect(view.hostname).toMatchObject({ ok: false, reason: "absent" });
  });

  test("a sysctl outside of /proc/sys is not read", async () => {
    const name = "net/../../version";
    const view = await viewProcess(process.pid, { questions: { sysctls: [name] } });
    expect(view.answers.sysctls[name]).toMatchObject({ ok: false, reason: "absent" });
  });

  test("a namespace that cannot be read is not taken for ours", async () => {
    const hidden = captured({ ...tree, "/proc/7/ns/uts": errno("EACCES") });
    expect((await viewProcess(7, { files: hidden })).hostname).toMatchObject({ ok: false, reason: "denied" });
  });

  test.each([
    ["a zombie", stat.replace(") S ", ") Z ")],
    ["a dead process", stat.replace(") S ", ") X ")],
  ])("%s has left its cgroup and files: no process", async (_, text) => {
    let reads = 0;
    const files = captured(tree);
    const from = (first: number) => ({
      ...files,
      readText: async (path: string) =>
        path === "/proc/7/stat" && reads++ >= first ? text : files.readText(path),
    });
    await expect(viewProcess(7, { files: from(0) })).rejects.toMatchObject({ code: "kernel.no-process" });
    reads = 0;
    await expect(viewProcess(7, { files: from(1) })).rejects.toMatchObject({ code: "kernel.no-process" });
  });

  test.each([
    ["there is none", {}],
    ["it ended meanwhile", { ...tree, "/proc/7/stat": errno("ESRCH") }],
  ])("no process: %s", async (_, files) => {
    const error = await viewProcess(7, { files: captured(files) }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OcilabError);
    expect(error).toMatchObject({ code: "kernel.no-process" });
  });

  test("a pid that was given to another process while we read is no process", async () => {
    let reads = 0;
    const files = captured(tree);
    const later = {
      ...files,
      readText: async (path: string) =>
        path === "/proc/7/stat" && reads++ > 0 ? stat.replace(" 555 ", " 556 ") : files.readText(path),
    };
    await expect(viewProcess(7, { files: later })).rejects.toMatchObject({ code: "kernel.no-process" });
  });
});

describe("paths of the container", () => {
  const root = "/proc/7/root";
  const inside: Tree = {
    ...tree,
    [`${root}/etc/passwd`]: "x",
    [`${root}/var/run`]: "-> /run",
    [`${root}/run/lock/`]: "",
    [`${root}/up`]: "-> ../../../../etc/passwd",
    [`${root}/loop`]: "-> loop",
    [`${root}/dangling`]: "-> /no/such",
    "/etc/passwd": "the host's",
  };
  test.each([
    ["/etc/passwd", "/etc/passwd", "file"],
    ["/var/run/lock", "/run/lock", "directory"],
    ["/up", "/etc/passwd", "file"],
    ["/etc/../../../var/run", "/run", "directory"],
    ["/dangling", "/no/such", "absent"],
    ["/no/such/path", "/no/such/path", "absent"],
    ["/loop", "/loop", "link"],
  ])("%s is %s inside", async (path, resolved, kind) => {
    const view = await viewProcess(7, { files: captured(inside), questions: { paths: [path] } });
    expect(view.answers.paths[path]).toMatchObject({ ok: true, value: { resolved, status: { kind } } });
  });
});

describe("where a cgroup is seen", () => {
  const mountinfo = (...lines: readonly string[]) => {
    const parsed = parseMountinfo(`${lines.join("\n")}\n`);
    return parsed.ok ? parsed.value : [];
  };
  const v2 = (path: string) => ({ version: 2, id: 0, controllers: [], path }) as const;
  test.each([
    ["/a", "/", "/sys/fs/cgroup/a"],
    ["/", "/", "/sys/fs/cgroup"],
    ["/docker/x/y", "/docker/x", "/sys/fs/cgroup/y"],
    ["/docker/xy", "/docker/x", undefined],
    ["/../x", "/", undefined],
    ["/../../x", "/../..", "/sys/fs/cgroup/x"],
    ["/..", "/../..", undefined],
  ])("%s below a mount of %s", (path, root, expected) => {
    const mounts = mountinfo(`30 1 0:30 ${root} /sys/fs/cgroup rw - cgroup2 cgroup2 rw`);
    const reading = cgroupDirectory(v2(path), mounts);
    expect(reading.ok ? reading.value : undefined).toBe(expected);
  });

  test("v1 hierarchies are told apart by their controllers", () => {
    const mounts = mountinfo(
      "1 0 0:1 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct",
      "2 0 0:2 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd",
    );
    const at = (controllers: readonly string[]) =>
      cgroupDirectory({ version: 1, id: 1, controllers, path: "/x" }, mounts);
    expect(at(["cpu", "cpuacct"])).toMatchObject({ value: "/sys/fs/cgroup/cpu/x" });
    expect(at(["name=systemd"])).toMatchObject({ value: "/sys/fs/cgroup/systemd/x" });
    expect(at(["memory"])).toMatchObject({ ok: false, reason: "absent" });
  });

  test.each([
    ["none", []],
    ["v2", ["1 0 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"]],
    ["v1", ["1 0 0:1 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu"]],
    [
      "hybrid",
      [
        "1 0 0:1 / /sys/fs/cgroup/cpu rw - cgroup c rw,cpu",
        "2 0 0:2 / /sys/fs/cgroup/unified rw - cgroup2 c rw",
      ],
    ],
    ["v2", ["1 0 0:1 / /sys/fs/cgroup rw - cgroup2 c rw", "2 0 0:2 / /srv/old rw - cgroup c rw,cpu"]],
  ])("the mode %s", (mode, lines) => expect(cgroupModeOf(mountinfo(...lines))).toBe(mode));
});

test.each([
  ["net.ipv4.ip_forward", "/proc/sys/net/ipv4/ip_forward"],
  ["net/ipv4/conf/eth0.1/forwarding", "/proc/sys/net/ipv4/conf/eth0.1/forwarding"],
  ["net/./ipv4/../core//x", "/proc/sys/net/core/x"],
  ["net/../../etc/shadow", undefined],
  ["../version", undefined],
  ["net//../..", undefined],
  ["/etc/shadow", "/proc/sys/etc/shadow"],
  ["...", undefined],
  ["", undefined],
])("the sysctl %s is %s", (name, path) => expect(sysctlPath(name)).toBe(path));

describe("this machine", () => {
  test("our own process, with every namespace and no program run", async () => {
    const view = await viewProcess(process.pid);
    expect(view.identity.parent).toMatchObject({ value: process.ppid });
    expect(view.program.cwd).toMatchObject({ value: process.cwd() });
    expect(Object.values(view.namespaces).every(({ inode }) => inode.ok)).toBe(true);
    expect(view.hostname.source).toBe("/proc/sys/kernel/hostname");
    expect(view.hierarchies.length).toBeGreaterThan(0);
  });

  test("a view costs milliseconds", async () => {
    await viewProcess(process.pid);
    const start = performance.now();
    for (let i = 0; i < 5; i++) await viewProcess(process.pid);
    expect((performance.now() - start) / 5).toBeLessThan(50);
  });

  test("the host answers with its kernel, cgroups and limits", async () => {
    const host = await viewHost();
    expect(host.kernel).toMatchObject({ ok: true, value: expect.stringMatching(/^\d+\.\d+/) });
    expect(host.cgroupMode).toMatchObject({ ok: true });
    expect(host.namespaces).toMatchObject({ value: expect.arrayContaining(["net", "user", "cgroup"]) });
    expect(host.capabilities.last.ok).toBe(true);
  });
});
