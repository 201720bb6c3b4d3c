import type { ConfigValues } from "./flags.ts";

type Json = Readonly<Record<string, unknown>>;
type Given = { readonly [Name in keyof ConfigValues]?: ConfigValues[Name] };

/** What a container of a Docker daemon was made with, as flags of ours. */
export type ContainerWish = {
  readonly flags: Given;
  /** Namespaces of other containers of the daemon, by the flag that names them. */
  readonly joins: readonly { readonly flag: (typeof modes)[number][0]; readonly container: string }[];
  /** What has no counterpart, in words. */
  readonly lost: readonly string[];
};

/**
 * The flags that say what `GET /containers/ID/json` (Docker's API, HostConfig, Mounts and the host name of Config) says of a container: limits,
 * capabilities, devices, mounts as they are, namespaces, security options. Its command, environment and user are not here: they are its image
 * configuration. Pure.
 */
export function flagsOfContainer(found: unknown): ContainerWish {
  const container = record(found);
  const host = record(container["HostConfig"]);
  const { shared, joins, lost: network } = namespaces(host);
  const { security, lost: profiles } = securityOptions(host);
  const { mounts, lost: paths } = mountsOf(container, host);
  const ownMemory = !["host", "none"].includes(shared.ipc ?? "");
  const flags = {
    ...numbers(host),
    ...texts(host),
    ...lists(host),
    ...shared,
    ...(ownMemory ? positive("shm-size", host["ShmSize"]) : {}),
    ...(shared.uts === undefined ? names(record(container["Config"])) : {}),
    "security-opt": security,
    mount: mounts,
    privileged: host["Privileged"] === true,
    "read-only": host["ReadonlyRootfs"] === true,
    "oom-kill-disable": host["OomKillDisable"] === true,
    init: host["Init"] === true,
  };
  return { flags, joins, lost: [...network, ...profiles, ...paths, ...others(host)] };
}

/** Flags that say the same thing, or contradict each other: what the user gives of these takes the place of all that the container has of them. */
const groups: readonly (readonly (keyof ConfigValues)[])[] = [
  ["cpus", "cpu-quota", "cpu-period"],
  ["uts", "hostname", "domainname"],
  ["ipc", "shm-size"],
  ["memory", "memory-swap"],
];

/** The user's flags over those of a container: a value of his wins, lists are joined, the container's first. Pure. */
export function withContainerFlags<Flags extends ConfigValues>(own: Flags, container: Given): Flags {
  const isGiven = (name: keyof ConfigValues): boolean => own[name] !== undefined && own[name] !== false;
  const merged = Object.entries(container).flatMap(([key, theirs]) => {
    const name = key as keyof ConfigValues;
    const mine = own[name];
    if (Array.isArray(theirs)) return [[name, [...theirs, ...(Array.isArray(mine) ? mine : [])]]];
    const taken = groups.some((group) => group.includes(name) && group.some(isGiven));
    return isGiven(name) || taken ? [] : [[name, theirs]];
  });
  return { ...own, ...Object.fromEntries(merged) };
}

const amounts = [
  ["Memory", "memory"],
  ["MemoryReservation", "memory-reservation"],
  ["MemorySwap", "memory-swap"],
  ["CpuShares", "cpu-shares"],
  ["CpuPeriod", "cpu-period"],
  ["CpuQuota", "cpu-quota"],
  ["CpuRealtimePeriod", "cpu-rt-period"],
  ["CpuRealtimeRuntime", "cpu-rt-runtime"],
  ["PidsLimit", "pids-limit"],
  ["BlkioWeight", "blkio-weight"],
  ["OomScoreAdj", "oom-score-adj"],
] as const;

/** 0 means that nothing was asked; -1 is no limit. */
function numbers(host: Json): Given {
  const given = amounts.flatMap(([key, flag]) => {
    const value = host[key];
    return typeof value === "number" && value !== 0 ? [[flag, String(value)]] : [];
  });
  const swappiness = host["MemorySwappiness"];
  const cpus = host["NanoCpus"];
  return {
    ...Object.fromEntries(given),
    ...(typeof swappiness === "number" && swappiness >= 0 ? { "memory-swappiness": String(swappiness) } : {}),
    ...(typeof cpus === "number" && cpus > 0 ? { cpus: String(cpus / 1e9) } : {}),
  };
}

function positive(flag: keyof ConfigValues, value: unknown): Given {
  return typeof value === "number" && value > 0 ? { [flag]: String(value) } : {};
}

function texts(host: Json): Given {
  const pairs = [
    ["CpusetCpus", "cpuset-cpus"],
    ["CpusetMems", "cpuset-mems"],
  ] as const;
  return Object.fromEntries(
    pairs.flatMap(([key, flag]) => (text(host[key]) ? [[flag, text(host[key])]] : [])),
  );
}

function names(config: Json): Given {
  const [hostname, domainname] = [text(config["Hostname"]), text(config["Domainname"])];
  return { ...(hostname ? { hostname } : {}), ...(domainname ? { domainname } : {}) };
}

function lists(host: Json): Given {
  const rates = (key: string, rate: string): readonly string[] =>
    records(host[key]).map((one) => `${text(one["Path"])}:${one[rate]}`);
  return {
    "cap-add": strings(host["CapAdd"]),
    "cap-drop": strings(host["CapDrop"]),
    "group-add": strings(host["GroupAdd"]),
    "device-cgroup-rule": strings(host["DeviceCgroupRules"]),
    device: records(host["Devices"]).map((one) =>
      ["PathOnHost", "PathInContainer", "CgroupPermissions"].map((key) => text(one[key])).join(":"),
    ),
    sysctl: pairs(host["Sysctls"]).map(([name, value]) => `${name}=${value}`),
    annotation: pairs(host["Annotations"]).map(([name, value]) => `${name}=${value}`),
    ulimit: records(host["Ulimits"]).map((one) => `${text(one["Name"])}=${one["Soft"]}:${one["Hard"]}`),
    "blkio-weight-device": rates("BlkioWeightDevice", "Weight"),
    "device-read-bps": rates("BlkioDeviceReadBps", "Rate"),
    "device-write-bps": rates("BlkioDeviceWriteBps", "Rate"),
    "device-read-iops": rates("BlkioDeviceReadIOps", "Rate"),
    "device-write-iops": rates("BlkioDeviceWriteIOps", "Rate"),
    tmpfs: [...pairs(host["Tmpfs"]).map(([path, options]) => (options === "" ? path : `${path}:${options}`))],
  };
}

const modes = [
  ["ipc", "IpcMode"],
  ["pid", "PidMode"],
  ["uts", "UTSMode"],
  ["network", "NetworkMode"],
  ["cgroupns", "CgroupnsMode"],
] as const;
type Shared = { [Flag in (typeof modes)[number][0]]?: string };

function namespaces(host: Json): Pick<ContainerWish, "joins" | "lost"> & { readonly shared: Shared } {
  const shared: Shared = {};
  const joins: ContainerWish["joins"][number][] = [];
  const lost: string[] = [];
  for (const [flag, key] of modes) {
    const mode = text(host[key]);
    const container = /^container:(.+)$/.exec(mode)?.[1];
    if (container !== undefined) joins.push({ flag, container });
    else if (mode === "host" || mode === "none" || (mode === "private" && flag === "cgroupns"))
      shared[flag] = mode;
    else if (flag === "network" && mode !== "")
      lost.push(`the network ${mode}: it has one of its own with loopback alone`);
  }
  return { shared, joins, lost };
}

function securityOptions(host: Json): {
  readonly security: readonly string[];
  readonly lost: readonly string[];
} {
  const given = strings(host["SecurityOpt"]);
  const isInline = (option: string): boolean => /^seccomp[=:]\{/.test(option);
  const bare = ["MaskedPaths", "ReadonlyPaths"].every(
    (key) => Array.isArray(host[key]) && strings(host[key]).length === 0,
  );
  return {
    security: [
      // Docker's default, and not ours.
      ...(given.some((option) => option.startsWith("no-new-privileges")) ? [] : ["no-new-privileges=false"]),
      ...given.filter((option) => !isInline(option)),
      ...(bare && host["Privileged"] !== true ? ["systempaths=unconfined"] : []),
    ],
    lost: given.some(isInline) ? ["its own seccomp profile: give it as --security-opt seccomp=FILE"] : [],
  };
}

/** Where each volume really lies on the host is in `Mounts`; tmpfs mounts of --mount are in HostConfig alone. */
function mountsOf(
  container: Json,
  host: Json,
): { readonly mounts: readonly string[]; readonly lost: readonly string[] } {
  const lost: string[] = [];
  const real = records(container["Mounts"]).flatMap((one) => {
    const [kind, source, target] = ["Type", "Source", "Destination"].map((key) => text(one[key]));
    if (kind === "tmpfs") return [];
    if ((kind !== "bind" && kind !== "volume") || /[,"]/.test(`${source}${target}`) || source === "") {
      lost.push(`the ${kind} mount at ${target}`);
      return [];
    }
    const propagation = text(one["Propagation"]);
    return [
      `type=bind,source=${source},target=${target}${propagation === "" ? "" : `,bind-propagation=${propagation}`}${one["RW"] === false ? ",ro" : ""}`,
    ];
  });
  const memory = records(host["Mounts"]).flatMap((one) => {
    const { SizeBytes: size, Mode: mode } = record(one["TmpfsOptions"]);
    if (one["Type"] !== "tmpfs") return [];
    const sized = typeof size === "number" && size > 0 ? `,tmpfs-size=${size}` : "";
    const moded = typeof mode === "number" && mode > 0 ? `,tmpfs-mode=${mode.toString(8)}` : "";
    return [`type=tmpfs,target=${text(one["Target"])}${sized}${moded}`];
  });
  return { mounts: [...real, ...memory], lost };
}

/** What an engine does for a container and a runtime does not. */
function others(host: Json): readonly string[] {
  const rows: readonly (readonly [string, string])[] = [
    ["PortBindings", "published ports"],
    ["DeviceRequests", "devices that are asked for by kind, as GPUs"],
    ["Links", "links to other containers"],
    ["ExtraHosts", "names added to /etc/hosts"],
    ["Dns", "name servers of its own"],
    ["CgroupParent", "its cgroup parent: give --cgroup-parent or --cgroups-path"],
  ];
  const isSet = (value: unknown): boolean =>
    typeof value === "string"
      ? value !== ""
      : Object.keys(record(value)).length > 0 || strings(value).length > 0;
  const remapped = text(host["UsernsMode"]);
  return [
    ...rows.flatMap(([key, words]) => (isSet(host[key]) ? [words] : [])),
    ...(remapped === "" || remapped === "host" ? [] : [`the user namespace ${remapped}`]),
  ];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function record(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function records(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(record) : [];
}

function pairs(value: unknown): readonly (readonly [string, string])[] {
  return Object.entries(record(value)).map(([name, one]) => [name, text(one)]);
}
