import type { FlagTable, FlagValues } from "../flags.ts";

const shared = ["host", "private"] as const;

/** The flags of `docker run` (and a few more) that say something about config.json; options.ts turns each into a spec option. */
export const configFlags = {
  tty: { kind: "switch", short: "t", help: "give the program a terminal" },
  env: { kind: "list", short: "e", value: "NAME[=VALUE]", help: "set a variable; without a value take ours" },
  "env-file": { kind: "list", value: "FILE", help: "set the variables of a file, one NAME=VALUE a line" },
  user: {
    kind: "value",
    short: "u",
    value: "USER[:GROUP]",
    help: "run as this user; names are looked up in the rootfs",
  },
  "group-add": { kind: "list", value: "GROUP", help: "one more group" },
  workdir: { kind: "value", short: "w", value: "DIR", help: "the working directory inside" },
  entrypoint: { kind: "value", value: "PROGRAM", help: 'another program than the image\'s; "" for none' },
  hostname: { kind: "value", value: "NAME", help: "the host name inside" },
  domainname: { kind: "value", value: "NAME", help: "the NIS domain name inside" },
  memory: { kind: "value", short: "m", value: "SIZE", help: "memory limit: 64m, 1.5g, -1 for none" },
  "memory-reservation": { kind: "value", value: "SIZE", help: "memory kept free for it" },
  "memory-swap": { kind: "value", value: "SIZE", help: "limit of memory and swap together" },
  "pids-limit": { kind: "value", value: "N", help: "how many processes and threads; -1 for no limit" },
  cpus: { kind: "value", value: "N", help: "CPU time: 1.5 is one and a half CPUs" },
  "cpu-shares": {
    kind: "value",
    short: "c",
    value: "N",
    help: "share of CPU time when it is scarce; 1024 is usual",
  },
  "cpuset-cpus": { kind: "value", value: "LIST", help: "the CPUs that may be used: 0-2,4" },
  "cpuset-mems": { kind: "value", value: "LIST", help: "the memory nodes that may be used" },
  "cgroup-conf": {
    kind: "list",
    value: "FILE=VALUE",
    help: "a cgroup v2 file and its content: memory.high=32M",
  },
  "cgroups-path": { kind: "value", value: "PATH", help: "the container's cgroup (linux.cgroupsPath)" },
  "cap-add": { kind: "list", value: "NAME", help: "one more capability, or ALL" },
  "cap-drop": { kind: "list", value: "NAME", help: "one capability less, or ALL" },
  "security-opt": {
    kind: "list",
    value: "OPTION",
    help: "no-new-privileges[=true|false], seccomp=unconfined|FILE, apparmor=PROFILE, systempaths=unconfined",
  },
  "read-only": { kind: "switch", help: "mount the root filesystem read-only" },
  volume: { kind: "list", short: "v", value: "FROM:TO[:ro]", help: "show a path of the host inside" },
  mount: {
    kind: "list",
    value: "type=bind|tmpfs,...",
    help: "the same at length: type=bind,source=/a,target=/b,readonly",
  },
  tmpfs: { kind: "list", value: "DIR[:OPTIONS]", help: "an empty filesystem in memory: /run:size=64m" },
  device: { kind: "list", value: "FROM[:TO[:rwm]]", help: "a device of the host" },
  ulimit: { kind: "list", value: "NAME=SOFT[:HARD]", help: "a limit of the process: nofile=1024:2048" },
  sysctl: {
    kind: "list",
    value: "NAME=VALUE",
    help: "a kernel parameter of its namespaces: net.ipv4.ip_forward=1",
  },
  "oom-score-adj": {
    kind: "value",
    value: "N",
    help: "-1000 to 1000: whom the kernel kills first when memory runs out",
  },
  network: {
    kind: "value",
    value: "none|host",
    choices: ["none", "host"],
    help: "none (default): a network of its own with loopback alone; host: ours",
  },
  pid: {
    kind: "value",
    value: "private|host",
    choices: shared,
    help: "processes of its own (default), or the host's",
  },
  ipc: {
    kind: "value",
    value: "private|host",
    choices: shared,
    help: "System V and POSIX queues of its own (default), or the host's",
  },
  uts: {
    kind: "value",
    value: "private|host",
    choices: shared,
    help: "a host name of its own (default), or the host's",
  },
  cgroupns: {
    kind: "value",
    value: "private|host",
    choices: shared,
    help: "a view of the cgroup tree of its own (default), or the host's",
  },
  namespace: {
    kind: "list",
    value: "TYPE=host|private|PATH",
    help: "one namespace at length; a PATH is joined: network=/proc/7/ns/net",
  },
  uidmap: { kind: "list", value: "INSIDE:HOST:SIZE", help: "a user namespace with this range of user ids" },
  gidmap: {
    kind: "list",
    value: "INSIDE:HOST:SIZE",
    help: "and of group ids (default: the same as --uidmap)",
  },
  annotation: { kind: "list", value: "NAME=VALUE", help: "an annotation of config.json" },
  label: { kind: "list", short: "l", value: "NAME=VALUE", help: "the same as --annotation, docker's name" },
  hook: {
    kind: "list",
    value: "KIND=PROGRAM ARGS",
    help: "a program that the runtime calls: poststop=/bin/touch /tmp/x",
  },
} as const satisfies FlagTable;

export type ConfigValues = FlagValues<typeof configFlags>;

/** Which image of an index: beside the config flags wherever an image is opened. */
export const platformFlag = {
  platform: {
    kind: "value",
    value: "OS/ARCH[/VARIANT]",
    help: "which image of an index (default: this machine's)",
  },
} as const satisfies FlagTable;
