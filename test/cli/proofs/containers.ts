import { type Need, peer } from "../../support/needs.ts";

/** What a flag asks, and the finding of the audit that must say "kept". */
export type Proof = {
  /** Names of config flags that this finding proves. */
  readonly flags: readonly string[];
  /** JSON pointer, or a list and a word that the wanted entry's wish holds: "/mounts[/data]/options". */
  readonly at: string;
  readonly seen?: unknown;
  readonly asked?: unknown;
};

/** One container: what it is run with, and what of it the kernel must show. */
export type ProvenContainer = {
  readonly title: string;
  readonly needs: readonly Need[];
  readonly runtime: string;
  /** `disk` is a loop device with an ext4 on it, mounted at `mapped`. */
  readonly words: (world: {
    readonly disk: string;
    readonly mapped: string;
    readonly id: string;
  }) => readonly string[];
  readonly proofs: readonly Proof[];
};

const throttle = (disk: string) => ["--device-read-bps", `${disk}:1mb`, "--device-write-iops", `${disk}:100`];

/** As few containers as the runtimes allow: Debian's runc and crun each lack something, and namespaces exclude each other. */
export const provenContainers: readonly ProvenContainer[] = [
  {
    title: "limits, rights, mounts and names by runc",
    needs: ["runc"],
    runtime: "runc",
    words: ({ disk, id }) => [
      ...["--memory=64m", "--memory-swap=96m", "--memory-reservation=16m", "--pids-limit=50"],
      ...[
        "--cpu-shares=512",
        "--cpus=0.5",
        "--cpuset-cpus=0",
        "--cpuset-mems=0",
        "--cgroup-conf=memory.high=48m",
      ],
      ...["--hugepage-limit=2MB=4m", `--cgroups-path=/ocilab-proof/${id}`, ...throttle(disk)],
      ...["--device-read-iops", `${disk}:50`, "--device-write-bps", `${disk}:2mb`],
      ...["--hostname=box", "--sysctl=kernel.msgmax=9000", "--sysctl=net.ipv4.ip_forward=1"],
      ...["--ulimit=nofile=100:200", "--ulimit=core=0", "--oom-score-adj=300", "--read-only"],
      ...["--user=33:44", "--group-add=55", "--umask=027", "--env=A=b", "--workdir=/tmp"],
      ...["--volume=/etc:/data:ro,rslave", "--mount=type=bind,source=/usr,target=/usr2,readonly"],
      ...["--tmpfs=/run:size=1m,mode=700,noexec", "--shm-size=2m", "--rootfs-propagation=private"],
      ...["--device=/dev/null:/dev/mine:rw", "--cap-drop=ALL", "--cap-add=KILL", "--cap-ambient=KILL"],
      ...["--security-opt=mask=/proc/version", "--security-opt=no-new-privileges"],
    ],
    proofs: [
      kept(["memory"], "/linux/resources/memory/limit", 67108864),
      kept(["memory-reservation"], "/linux/resources/memory/reservation", 16777216),
      kept(["memory-swap"], "/linux/resources/memory/swap", 33554432),
      kept(["pids-limit"], "/linux/resources/pids/limit", 50),
      kept(["cpus"], "/linux/resources/cpu/quota", { quota: 50000, period: 100000 }),
      kept(["cpu-shares"], "/linux/resources/cpu/shares"),
      kept(["cpuset-cpus"], "/linux/resources/cpu/cpus", [0]),
      kept(["cpuset-mems"], "/linux/resources/cpu/mems", [0]),
      kept(["cgroup-conf"], "/linux/resources/unified/memory.high"),
      kept(["hugepage-limit"], "/linux/resources/hugepageLimits/0"),
      kept(["cgroups-path"], "/linux/cgroupsPath"),
      kept(
        ["device-read-bps"],
        "/linux/resources/blockIO/throttleReadBpsDevice/0",
        theDisk({ rbps: 1048576 }),
      ),
      kept(
        ["device-write-bps"],
        "/linux/resources/blockIO/throttleWriteBpsDevice/0",
        theDisk({ wbps: 2097152 }),
      ),
      kept(["device-read-iops"], "/linux/resources/blockIO/throttleReadIOPSDevice/0", theDisk({ riops: 50 })),
      kept(
        ["device-write-iops"],
        "/linux/resources/blockIO/throttleWriteIOPSDevice/0",
        theDisk({ wiops: 100 }),
      ),
      kept(["hostname"], "/hostname", "box"),
      kept(["sysctl"], "/linux/sysctl/kernel.msgmax", "9000"),
      kept(["sysctl"], "/linux/sysctl/net.ipv4.ip_forward", "1"),
      kept(["ulimit"], "/process/rlimits[RLIMIT_NOFILE]"),
      kept(["ulimit"], "/process/rlimits[RLIMIT_CORE]"),
      kept(["oom-score-adj"], "/process/oomScoreAdj", 300),
      kept(["read-only"], "/root/readonly"),
      kept(["user"], "/process/user/uid"),
      kept(["user"], "/process/user/gid"),
      kept(["group-add"], "/process/user/additionalGids"),
      kept(["umask"], "/process/user/umask"),
      kept(["env"], "/process/env"),
      kept(["workdir"], "/process/cwd"),
      kept(["volume"], "/mounts[/data]"),
      kept(["volume"], "/mounts[/data]/source"),
      kept(["volume"], "/mounts[/data]/options"),
      kept(["mount"], "/mounts[/usr2]/options"),
      kept(["tmpfs"], "/mounts[/run]/options"),
      kept(["tmpfs"], "/mounts[/run]/options[size=1048576]"),
      kept(["tmpfs"], "/mounts[/run]/options[mode=700]"),
      kept(["shm-size"], "/mounts[/dev/shm]/options[size=2097152]"),
      kept(["rootfs-propagation"], "/linux/rootfsPropagation"),
      kept(["device"], "/linux/devices[/dev/mine]"),
      kept(["cap-drop", "cap-add"], "/process/capabilities/bounding"),
      kept(["cap-add"], "/process/capabilities/effective"),
      kept(["cap-ambient"], "/process/capabilities/ambient"),
      kept(["security-opt"], "/process/noNewPrivileges"),
      kept(["security-opt"], "/linux/maskedPaths[/proc/version]"),
      ...(process.arch === "x64" ? [kept([], "/linux/seccomp")] : []),
    ],
  },
  {
    title: "weights, personality and what Debian's runc passes over, by crun",
    needs: ["crun"],
    runtime: "crun",
    words: ({ disk }) => [
      ...["--domainname=dom", "--cpu-quota=20000", "--cpu-period=50000", "--personality=LINUX32"],
      ...["--blkio-weight=300", ...throttle(disk), "--cap-add=ALL"],
      ...["--security-opt=seccomp=unconfined"],
    ],
    proofs: [
      kept(["domainname"], "/domainname", "dom"),
      kept(["cpu-quota"], "/linux/resources/cpu/quota", { quota: 20000, period: 50000 }),
      kept(["cpu-period"], "/linux/resources/cpu/period", { quota: 20000, period: 50000 }),
      kept(["personality"], "/linux/personality/domain", "LINUX32"),
      kept(["blkio-weight"], "/linux/resources/blockIO/weight", ["default 300"]),
      kept(["cap-add"], "/process/capabilities/permitted"),
      kept(
        ["device-read-bps"],
        "/linux/resources/blockIO/throttleReadBpsDevice/0",
        theDisk({ rbps: 1048576 }),
      ),
    ],
  },
  {
    title: "a user namespace of its own by runc",
    needs: ["runc", "user namespaces"],
    runtime: "runc",
    words: () => ["--uidmap=0:100000:1000", "--gidmap=0:200000:1000", "--userns=private"],
    proofs: [
      kept(["uidmap", "userns"], "/linux/namespaces[user]"),
      kept(["uidmap"], "/linux/uidMappings"),
      kept(["gidmap"], "/linux/gidMappings"),
    ],
  },
  {
    title: "the host's namespaces by runc",
    needs: ["runc"],
    runtime: "runc",
    words: () => ["--pid=host", "--ipc=host", "--uts=host", "--cgroupns=host", "--network=host"],
    proofs: (["pid", "ipc", "uts", "cgroupns", "network"] as const).map((flag) => ({
      flags: [flag],
      at: "/linux/namespaces",
      asked: { type: flag === "cgroupns" ? "cgroup" : flag, inherited: true },
    })),
  },
  {
    title: "clocks, schedulers and mapped mounts by a new runc",
    needs: ["../shared/peers"],
    runtime: peer("runc"),
    words: ({ mapped }) => [
      ...[
        "--time-offset=boottime=86400",
        "--scheduler=policy=batch,nice=5",
        "--cpu-burst=1000",
        "--cpu-idle",
      ],
      ...["--mount", `type=bind,source=${mapped},target=/mapped,idmap,uidmap=0:1000:1,gidmap=0:1000:1`],
      ...["--namespace=network=/proc/1/ns/net"],
    ],
    proofs: [
      kept(["time-offset"], "/linux/timeOffsets/boottime", { seconds: 86400, nanoseconds: 0 }),
      kept(["time-offset"], "/linux/namespaces[time]"),
      kept(["scheduler"], "/process/scheduler/policy", "SCHED_BATCH"),
      kept(["scheduler"], "/process/scheduler/nice", 5),
      kept(["cpu-burst"], "/linux/resources/cpu/burst", 1000),
      kept(["cpu-idle"], "/linux/resources/cpu/idle", true),
      kept(["mount"], "/mounts[/mapped]/options"),
      kept(["namespace"], "/linux/namespaces[/proc/1/ns/net]"),
    ],
  },
];

function kept(flags: readonly string[], at: string, seen?: unknown): Proof {
  return { flags, at, ...(seen === undefined ? {} : { seen }) };
}

/** io.max by disk: the one disk that is limited, whatever its numbers. */
function theDisk(limits: Readonly<Record<string, number>>): {
  readonly asymmetricMatch: (value: unknown) => boolean;
} {
  return {
    asymmetricMatch: (value) =>
      Object.values(value as Readonly<Record<string, Readonly<Record<string, unknown>>>>).some((disk) =>
        Object.entries(limits).every(([name, limit]) => disk[name] === limit),
      ),
  };
}

const asAnother = (flag: string) => `sets what --${flag} sets, which is proven`;
const notOnV2 = "there is nothing of the kind on cgroup v2";
const noHardware = "this machine has no such hardware";
const notTheKernel = "it is for the runtime or for ocilab, and no process shows it";

/** Flags of which the kernel shows nothing that an audit in this machine could confirm, and why. */
export const unproven: Readonly<Record<string, string>> = {
  tty: "needs a terminal; test/cli/terminal.system.test.ts has one",
  "env-file": asAnother("env"),
  entrypoint: "is the program itself, which every container here shows",
  init: "the program that is seen is the init; test/cli/config has the config",
  "init-path": asAnother("init"),
  "stop-signal": notTheKernel,
  annotation: notTheKernel,
  label: notTheKernel,
  "label-file": notTheKernel,
  hook: "a hook is no process of the container; test/spec/run.system.test.ts runs each kind",
  "device-cgroup-rule": "on cgroup v2 rules are a BPF program that no file shows",
  "net-device": "moves an interface of the host, which no audit looks at",
  privileged: "is 400 findings of all devices of the host; test/cli/config has the config",
  "memory-swappiness": notOnV2,
  "oom-kill-disable": notOnV2,
  "cpu-rt-period": notOnV2,
  "cpu-rt-runtime": notOnV2,
  "blkio-weight-device":
    "runtimes write it for the BFQ scheduler of a disk, and a loop device has none of its own",
  rdma: noHardware,
  "intel-rdt": noHardware,
  "cgroup-parent": asAnother("cgroups-path"),
  "io-priority": "no file of procfs shows it",
  "exec-cpu-affinity": "is for processes that join later",
  "memory-policy": "no file of procfs shows it",
  "spec-patch": "is whatever it says; every field is proven or named here",
};
