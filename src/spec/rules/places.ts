import { quote } from "../../base/text.ts";
import { pointerToken } from "../../oci/pointer.ts";
import type { Spec } from "../../oci/spec.ts";
import { compareVersions, isSemver, newerThan, newestVersion, ociVersionFor } from "../version.ts";
import { isBelow, normal } from "./paths.ts";
import { type Complaint, error, type Rule, removal, repeats, replacement, warning } from "./rule.ts";

/** Rules about the version, annotations, hidden paths, cgroupsPath and the rest of linux. */
export const placeRules: readonly Rule[] = [
  { name: "version-malformed", check: malformedVersion },
  { name: "version-too-old", check: tooOld },
  { name: "version-unknown", check: unknownVersion },
  { name: "annotation-key-empty", check: emptyKey },
  { name: "masked-path-relative", check: (spec) => relativePaths(spec, "maskedPaths") },
  { name: "readonly-path-relative", check: (spec) => relativePaths(spec, "readonlyPaths") },
  { name: "mount-masked", check: maskedMount },
  { name: "cgroups-path", check: cgroupsPath },
  { name: "net-device-name", check: netDeviceNames },
  { name: "personality-flags", check: personalityFlags },
  { name: "memory-policy-nodes", check: memoryPolicy },
  { name: "l3-cache-schema", check: cacheSchema },
];

function malformedVersion(spec: Spec): readonly Complaint[] {
  if (isSemver(spec.ociVersion)) return [];
  return [
    error("/ociVersion", `must be MAJOR.MINOR.PATCH, is ${quote(spec.ociVersion, 40)}`, {
      hint: `the fields in use need ${ociVersionFor(spec)}`,
      fix: replacement("/ociVersion", ociVersionFor(spec)),
      statement: "CFG-VER-02",
    }),
  ];
}

function tooOld(spec: Spec): readonly Complaint[] {
  if (!isSemver(spec.ociVersion)) return [];
  const needed = ociVersionFor(spec);
  const newer = newerThan(spec, spec.ociVersion).filter(({ since }) => compareVersions(since, needed) === 0);
  const [first] = newer;
  if (first === undefined) return [];
  const others = newer.length === 1 ? "" : ` and ${newer.length - 1} more`;
  return [
    warning(
      "/ociVersion",
      `${spec.ociVersion} does not have ${first.at}${others}, which came with ${needed}`,
      {
        hint: "runtimes use it all the same; the version that the config really needs is the honest one",
        fix: replacement("/ociVersion", needed),
        statement: "CFG-VER-03",
      },
    ),
  ];
}

/** config.md#specification-version: a runtime takes what it knows, and crun refuses the rest ("unknown version specified"). */
function unknownVersion(spec: Spec): readonly Complaint[] {
  if (!isSemver(spec.ociVersion) || compareVersions(spec.ociVersion, newestVersion) <= 0) return [];
  const needed = ociVersionFor(spec);
  return [
    warning(
      "/ociVersion",
      `${spec.ociVersion} is newer than ${newestVersion}, the newest that ocilab knows`,
      {
        hint: `a runtime that does not know it refuses the config; the fields in use need ${needed}`,
        fix: replacement("/ociVersion", needed),
      },
    ),
  ];
}

function emptyKey(spec: Spec): readonly Complaint[] {
  if (!Object.hasOwn(spec.annotations ?? {}, "")) return [];
  return [
    error("/annotations/", "must have a name", { fix: removal("/annotations/"), statement: "CFG-ANN-04" }),
  ];
}

function relativePaths(spec: Spec, field: "maskedPaths" | "readonlyPaths"): readonly Complaint[] {
  return (spec.linux?.[field] ?? []).flatMap((path, index) => {
    if (path.startsWith("/")) return [];
    const at = `/linux/${field}/${index}` as const;
    return [
      error(at, `must be absolute, is ${quote(path)}`, {
        hint: "runc takes it without a word and leaves the path open",
        fix: replacement(at, normal(path)),
        statement: field === "maskedPaths" ? "LX-MASK-02" : "LX-RO-02",
      }),
    ];
  });
}

function maskedMount(spec: Spec): readonly Complaint[] {
  const masked = (spec.linux?.maskedPaths ?? []).map(normal);
  return (spec.mounts ?? []).flatMap(({ destination }, index) => {
    const place = normal(destination);
    const mask = masked.find((path) => path === place || isBelow(place, path));
    if (mask === undefined) return [];
    return [
      warning(`/mounts/${index}/destination`, `is hidden: ${quote(mask)} is among maskedPaths`, {
        statement: "LX-MASK-01",
      }),
    ];
  });
}

/** runc and crun read "SLICE:PREFIX:NAME" when systemd manages their cgroups; else it is a path below the cgroup mount. */
function cgroupsPath(spec: Spec): readonly Complaint[] {
  const path = spec.linux?.cgroupsPath;
  if (path === undefined) return [];
  const at = "/linux/cgroupsPath";
  if (path.split("/").includes("..")) {
    return [
      warning(at, '".." is cut off by runtimes: the cgroup is somewhere else than it says', {
        statement: "LX-CGP-06",
      }),
    ];
  }
  if (path.includes(":") && !/^[^:/]*:[^:/]*:[^:/]+$/.test(path)) {
    const hint =
      "for systemd it is SLICE:PREFIX:NAME, as in machine.slice:ocilab:web; otherwise leave the colon out";
    return [
      warning(at, "is neither a path nor a systemd unit in three parts", { hint, statement: "LX-CGP-06" }),
    ];
  }
  return [];
}

function netDeviceNames(spec: Spec): readonly Complaint[] {
  const devices = Object.entries(spec.linux?.netDevices ?? {}).map(([host, { name }]) => ({
    at: `/linux/netDevices${pointerToken(host)}` as const,
    name: name ?? host,
  }));
  const malformed = devices
    .filter(({ name }) => !isInterfaceName(name))
    .map(({ at, name }) =>
      error(at, `${quote(name, 40)} cannot name a network device`, {
        hint: "1 to 15 bytes without slash, colon and blank; %d stands for the next free number",
        statement: "LX-NET-05",
      }),
    );
  const twice = repeats(devices, ({ name }) => name).flatMap(([index]) => {
    const device = devices[index];
    if (device === undefined || device.name.includes("%d")) return [];
    return [error(device.at, `another device becomes ${quote(device.name)} too`, { statement: "LX-NET-04" })];
  });
  return [...malformed, ...twice];
}

/** dev_valid_name() of net/core/dev.c; IFNAMSIZ is 16 with the closing NUL. */
function isInterfaceName(name: string): boolean {
  return Buffer.byteLength(name) <= 15 && name !== "." && name !== ".." && /^[^\s/:\0]+$/.test(name);
}

function personalityFlags(spec: Spec): readonly Complaint[] {
  if ((spec.linux?.personality?.flags?.length ?? 0) === 0) return [];
  return [
    warning("/linux/personality/flags", "the specification defines no flag yet, so runtimes ignore them", {
      fix: removal("/linux/personality/flags"),
      statement: "LX-PERS-02",
    }),
  ];
}

/** set_mempolicy(2): these two modes take no nodes, all others but PREFERRED need some. */
function memoryPolicy(spec: Spec): readonly Complaint[] {
  const policy = spec.linux?.memoryPolicy;
  if (policy === undefined) return [];
  const { mode, nodes = "" } = policy;
  const none = mode === "MPOL_DEFAULT" || mode === "MPOL_LOCAL";
  const at = "/linux/memoryPolicy/nodes";
  if (none && nodes !== "") return [error(at, `must be empty for ${mode}`, { statement: "LX-MPOL-03" })];
  if (!none && mode !== "MPOL_PREFERRED" && nodes === "") {
    return [error(at, `must name memory nodes for ${mode}`, { statement: "LX-MPOL-03" })];
  }
  return [];
}

function cacheSchema(spec: Spec): readonly Complaint[] {
  const schema = spec.linux?.intelRdt?.l3CacheSchema;
  if (schema === undefined || (schema.startsWith("L3:") && !schema.includes("\n"))) return [];
  return [
    warning("/linux/intelRdt/l3CacheSchema", "should be one line that begins with L3:", {
      statement: schema.includes("\n") ? "LX-RDT-06" : "LX-RDT-05",
    }),
  ];
}
