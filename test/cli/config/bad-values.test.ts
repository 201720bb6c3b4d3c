import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configFlags } from "../../../src/cli/config/flags.ts";
import { scratch } from "../../support/scratch.ts";
import { fill, specOf } from "./world.ts";

const place = scratch();
beforeAll(() => void fill(place.path));
afterAll(() => place[Symbol.asyncDispose]());

/** For each flag: values, or command lines of several flags, that it refuses, and the words of the error. */
const refusals: Readonly<
  Partial<
    Record<keyof typeof configFlags, readonly (readonly [value: string | readonly string[], says: string])[]>
  >
> = {
  tty: [[["--tty=maybe"], "is a switch"]],
  env: [
    ["=x", "has no name"],
    ["", "has no name"],
  ],
  "env-file": [
    ["/no/such", "ENOENT"],
    ["sub/shell-env", "has a blank in it"],
    ["sub", "EISDIR"],
  ],
  user: [
    ["nobody-here", "has only"],
    ["root:nogroup", "has only"],
    ["-1", "has only"],
  ],
  "group-add": [["staff", "has only"]],
  workdir: [["srv", "not absolute"]],
  umask: [
    ["8", "not octal"],
    ["7777", "not octal"],
  ],
  "init-path": [
    ["/no/such", "ENOENT"],
    ["sub", "is no file"],
    ["bin/dynamic", "needs shared libraries"],
    ["sub/env", "EACCES"],
  ],
  init: [
    [["--init", "--pid", "host"], "no process namespace of its own"],
    [["--init", "--pid", "container:web"], "no process namespace of its own"],
  ],
  hostname: [
    ["a b", "64 bytes"],
    ["x".repeat(65), "64 bytes"],
    [["--hostname", "x", "--uts", "host"], "rename another"],
    [["--hostname", "x", "--uts=container:web"], "rename another"],
  ],
  domainname: [
    ["", "64 bytes"],
    [["--domainname", "x", "--uts", "host"], "rename another"],
  ],
  annotation: [
    ["alone", 'no "="'],
    ["=v", "name is empty"],
  ],
  label: [
    ["=v", "name is empty"],
    ["", "no"],
  ],
  "label-file": [["/no/such", "ENOENT"]],
  hook: [
    ["poststopp=/bin/true", "did you mean poststop"],
    ["poststop=true", "no absolute path"],
    ["poststop=timeout=0 /bin/true", "whole number above 0"],
    ["poststop=timeout=1s /bin/true", "whole number above 0"],
    ["poststop=A=1", "no absolute path"],
    ['poststop={"path":"true"}', "no absolute path"],
    ["poststop={", "line 1"],
  ],
  volume: [
    ["data:/data", "names a volume of an engine"],
    ["/data", "anonymous volume"],
    ["/a:/b:z", "chcon"],
    ["/a:/b:Z", "chcon"],
    ["/a:/b:U", "chown"],
    ["/a:/b:nocopy", "volumes of an engine"],
    ["/a:/b:ro,rw", "exclude each other"],
    ["/a:/b:rshared,rslave", "exclude each other"],
    ["/a:/b:rx", "no flag of a volume"],
    ["/a:b", "not an absolute path"],
    ["/a:/", "root filesystem itself"],
    ["/a:/b:ro:x", "another form"],
    [":/b", "another form"],
  ],
  mount: [
    ["type=volume,src=data,dst=/data", "no engine here"],
    ["dst=/data", "no engine here"],
    ["src=data,dst=/data", "no engine here"],
    ["type=image,src=x,dst=/b", "ocilab bundle IMAGE DIR"],
    ["type=npipe,src=x,dst=/b", "Windows"],
    ["type=cluster,src=x,dst=/b", "swarm"],
    ["type=bnid,src=/a,dst=/b", "no mount type"],
    ["type=bind,dst=/b", "needs a source"],
    ["type=bind,src=/a", "target is not an absolute path"],
    ["type=bind,src=/a,dst=b", "target is not an absolute path"],
    ["type=bind,src=/a,dst=/", "root filesystem itself"],
    ["type=bind,src=/a,dst=/b,tmpfs-size=1m", 'a bind mount has no "tmpfs-size"'],
    ["type=bind,src=/a,dst=/b,volume-nocopy", 'a bind mount has no "volume-nocopy"'],
    ["type=tmpfs,src=/a,dst=/b", 'a tmpfs mount has no "source"'],
    ["type=tmpfs,dst=/b,tmpfs-mode=9", "not octal"],
    ["type=tmpfs,dst=/b,tmpfs-size=big", "no number of bytes"],
    ["type=bind,src=/a,dst=/b,readnly", "did you mean readonly"],
    ["type=bind,src=/a,dst=/b,ro=maybe", "neither true nor false"],
    ["type=bind,src=/a,src=/c,dst=/b", "given twice"],
    ["type=bind,src=/a,dst=/b,bind-propagation=all", "propagation is unknown"],
    ["type=bind,src=/a,dst=/b,bind-recursive=no", "bind-recursive is not"],
    ["type=bind,src=/a,dst=/b,bind-recursive=readonly", "needs ro"],
    ["type=bind,src=/a,dst=/b,bind-recursive=disabled,bind-nonrecursive", "exclude each other"],
    ["type=bind,src=/a,dst=/b,idmap,ridmap", "exclude each other"],
    ["type=bind,src=/a,dst=/b,uidmap=0:1", "another form"],
    ['type=bind,"src=/a', "quotes do not match"],
  ],
  tmpfs: [
    ["t", "not an absolute path"],
    ["/", "root filesystem itself"],
    ["/t:sise=1m", "did you mean size"],
    ["/t:nosuchflag", "no option"],
    ["/t:size=big", "no number of bytes"],
    ["/t:mode=rwx", "not octal"],
  ],
  device: [
    ["/no/such", "no such file"],
    ["/etc/passwd", "is no device"],
    ["sub", "not absolute"],
    ["/dev/null:/dev/x:rx", "is no access"],
    ["vendor.com/gpu=all", "Container Device Interface"],
    ["/proc/self", "no device in it"],
  ],
  "device-cgroup-rule": [
    ["c 1:3", "another form"],
    ["x 1:3 r", "another form"],
    ["c 1:3 rr", "another form"],
    ["a 1:* rwm", "takes no numbers"],
  ],
  "shm-size": [
    ["0", "not above 0"],
    ["-1", "not above 0"],
    ["big", "no number of bytes"],
    [["--shm-size=1m", "--ipc=host"], "nothing to act on"],
    [["--shm-size=1m", "--ipc=none"], "nothing to act on"],
  ],
  "rootfs-propagation": [["all", "is one of private, shared"]],
  network: [
    ["bridge", "makes no network"],
    ["default", "makes no network"],
    ["my-net", "no networks of its own"],
    ["ns:netns/x", "no absolute path"],
    ["container:", "no such mode"],
    ["", "no such mode"],
    [["--network=host", "--namespace=net=private"], "asked for twice"],
  ],
  pid: [["shared", "no such mode"]],
  ipc: [["shared", "no such mode"]],
  uts: [["none", "no such mode"]],
  cgroupns: [["none", "no such mode"]],
  userns: [
    ["keep-id", "does not choose ids"],
    ["auto", "does not choose ids"],
    ["private", "needs ids to map"],
    [["--userns=host", "--uidmap=0:1000:1"], "names another"],
    [["--userns=ns:/proc/1/ns/user", "--gidmap=0:1000:1"], "names another"],
  ],
  namespace: [
    ["pids=host", "no namespace"],
    ["mount=host", "mount on the host itself"],
    ["pid", "another form"],
    ["pid=self", "no absolute path"],
  ],
  uidmap: [
    ["0:0", "another form"],
    ["0:1000:0", "maps no id"],
    ["0:4294967290:10", "beyond the largest id"],
  ],
  gidmap: [["a:b:c", "another form"]],
  "time-offset": [
    ["realtime=5", "another form"],
    ["boottime=soon", "another form"],
    ["boottime=1.0000000001", "another form"],
    [["--time-offset", "boottime=1", "--namespace=time=/proc/1/ns/time"], "names another"],
  ],
  "net-device": [
    ["a/b", "no name of a device"],
    ["eth0=", "no name of a device"],
    ["eth0=a=b", "no name of a device"],
    ["much-too-long-name", "no name of a device"],
  ],
  sysctl: [["net.ipv4.ip_forward", 'no "="']],
  "cap-add": [["NET_ADMINN", "no such capability"]],
  "cap-drop": [
    ["CAP_NOTHING", "no such capability"],
    [["--cap-add=ALL", "--cap-drop=ALL"], "both added and dropped"],
  ],
  "cap-ambient": [["chonw", "no such capability"]],
  "security-opt": [
    ["secomp=unconfined", "did you mean seccomp"],
    ["seccomp=", "names no profile"],
    ["seccomp=/no/such", "ENOENT"],
    ["seccomp=sub/no-profile.json", "has no defaultAction"],
    ["label=colour:red", "another form"],
    ["label=", "names no label"],
    [["--security-opt=label=disable", "--security-opt=label=type:t"], "with another label"],
    ["apparmor", "names no profile"],
    ["systempaths=all", "unconfined"],
    ["no-new-privileges=perhaps", "neither true nor false"],
    ["mask=proc", "no absolute path"],
    ["credentialspec=file://x", "Windows"],
  ],
  memory: [
    ["lots", "lots"],
    ["0", "stops every program"],
    ["-2", "no number of bytes"],
    ["9000t", "more than 8 PiB"],
  ],
  "memory-reservation": [["0", "stops every program"]],
  "memory-swap": [["much", "no number of bytes"]],
  "memory-swappiness": [
    ["101", "out of range"],
    ["-1", "out of range"],
  ],
  "pids-limit": [
    ["many", "no whole number"],
    ["-2", "out of range"],
  ],
  cpus: [
    ["-1", "-1"],
    ["0", "less than"],
    [["--cpus=1", "--cpu-quota=1000"], "is a quota and a period"],
    [["--cpus=1", "--cpu-period=1000"], "is a quota and a period"],
  ],
  "cpu-period": [["999", "out of range"]],
  "cpu-quota": [
    ["999", "below 1 ms"],
    ["-2", "out of range"],
  ],
  "cpu-burst": [["-1", "out of range"]],
  "cpu-rt-period": [["0", "out of range"]],
  "cpu-rt-runtime": [["-2", "out of range"]],
  "cpu-shares": [["1", "out of range"]],
  "cpuset-cpus": [
    ["0-", "neither number nor range"],
    ["3-1", "runs backwards"],
  ],
  "cpuset-mems": [["a", "neither number nor range"]],
  "blkio-weight": [
    ["9", "out of range"],
    ["0", "out of range"],
    ["1001", "out of range"],
  ],
  "blkio-weight-device": [
    ["/dev/null:5", "out of range"],
    ["/dev/null:500", "no block device"],
    ["/dev/no-such:500", "no such file"],
    ["sda:500", "another form"],
  ],
  "device-read-bps": [
    ["/dev/null:1mb", "no block device"],
    ["/dev/null:0", "at least one byte"],
    ["/dev/null", "another form"],
  ],
  "device-write-bps": [["/dev/null:fast", "no number of bytes"]],
  "device-read-iops": [["/dev/null:1.5", "no whole number"]],
  "device-write-iops": [["/dev/null:0", "out of range"]],
  "hugepage-limit": [
    ["2MB", "another form"],
    ["2XB=1g", "another form"],
    ["2MB=-1", "has no bytes"],
  ],
  rdma: [
    ["mlx5_0", "another form"],
    ["mlx5_0=hca_handle=max", "limits nothing"],
    ["mlx5_0=hca_handles=2", "did you mean hca_handle"],
    ["mlx5_0=hca_object=-1", "out of range"],
  ],
  "intel-rdt": [
    ["closidd=x", "did you mean closid"],
    ["monitor=perhaps", "neither true nor false"],
  ],
  "cgroup-conf": [["memory.high", 'no "="']],
  "cgroup-parent": [
    ["../x", '".." in it'],
    ["", "is empty"],
    [["--cgroup-parent=/a", "--cgroups-path=/b"], "both say where"],
  ],
  ulimit: [
    ["nofile", "another form"],
    ["nofiles=1", "did you mean nofile"],
    ["nofile=2:1", "above the hard limit"],
  ],
  "oom-score-adj": [
    ["1001", "out of range"],
    ["x", "no whole number"],
  ],
  scheduler: [
    ["priority=1", "names no policy"],
    ["policy=fiffo", "did you mean fifo"],
    ["policy=fifo,priority=100", "out of range"],
    ["policy=other,nice=20", "out of range"],
    ["policy=fifo,flags=what-is-this", "no such one"],
    ["policy=fifo,policy=rr", "given twice"],
    ["policy=fifo,prio=1", "it has no"],
  ],
  "io-priority": [
    ["level=1", "names no class"],
    ["class=best", "no such one"],
    ["class=be,level=8", "out of range"],
  ],
  "exec-cpu-affinity": [
    ["0-1", "it has no"],
    ["initial=a", "neither number nor range"],
  ],
  "memory-policy": [
    ["bindd:0", "did you mean bind"],
    ["bind:x", "another form"],
    ["bind=fixed:0", "no such one"],
  ],
  personality: [["LINUX64", "is one of LINUX, LINUX32"]],
  "spec-patch": [
    ["/no/such", "ENOENT"],
    [["--spec-patch", "-", "--spec-patch", "-"], "can be read once"],
  ],
};

/** Any text is good for these, or none is (a switch takes none); the runtime and the linter judge the result. */
const takeAnything = [
  "entrypoint",
  "stop-signal",
  "read-only",
  "privileged",
  "oom-kill-disable",
  "cpu-idle",
  "cgroups-path",
];

const cases = Object.entries(refusals).flatMap(([flag, list]) =>
  list.map(([value, says]) => [typeof value === "string" ? [`--${flag}=${value}`] : value, says] as const),
);

describe("a bad value is refused with what is wrong about it", () => {
  test.each(cases)("%j: %s", (argv, says) => {
    expect(() => specOf(argv, { cwd: place.path })).toThrow(says);
  });

  test.each(Object.keys(configFlags))("--%s has a row here", (flag) => {
    expect(Object.hasOwn(refusals, flag) || takeAnything.includes(flag)).toBe(true);
  });
});

test("without an init in PATH the packages are named", async () => {
  await using bare = scratch();
  expect(() => specOf(["--init"], { cwd: bare.path })).toThrow("docker-init, tini-static, tini, catatonit");
});
