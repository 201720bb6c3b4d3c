import { quote } from "../../base/text.ts";
import type { Mount, Spec } from "../../oci/spec.ts";
import { compareVersions } from "../version.ts";
import { type At, eachMount, isBind } from "./each-mount.ts";
import { isBelow, normal } from "./paths.ts";
import { type Complaint, error, type Rule, replacement, warning } from "./rule.ts";

/** Rules about root and mounts. */
export const mountRules: readonly Rule[] = [
  { name: "no-root", check: noRoot },
  { name: "no-proc", check: noProc },
  { name: "mount-relative", check: (spec) => eachMount(spec, relativeDestination) },
  { name: "mount-twice", check: hidden },
  { name: "mount-inside-proc", check: (spec) => eachMount(spec, insideProc) },
  { name: "mount-without-type", check: (spec) => eachMount(spec, withoutType) },
  { name: "options-contradict", check: (spec) => eachMount(spec, contradictions) },
  { name: "propagation-twice", check: (spec) => eachMount(spec, propagations) },
];

function noRoot(spec: Spec): readonly Complaint[] {
  const hint = 'the usual one is {"path": "rootfs"}';
  if (spec.root === undefined) {
    if (spec.linux === undefined && spec.process === undefined) return [];
    return [error("/root", "must say where the root filesystem is", { hint, statement: "CFG-ROOT-01" })];
  }
  return spec.root.path === ""
    ? [error("/root/path", "must name a directory", { hint, statement: "CFG-ROOT-02" })]
    : [];
}

/** runc 1.1.5 and 1.3.6 need it to close descriptors and to read cap_last_cap; crun does without. */
function noProc(spec: Spec): readonly Complaint[] {
  const has = (spec.mounts ?? []).some(({ destination }) => normal(destination) === "/proc");
  if (has || spec.process === undefined || spec.linux === undefined) return [];
  const mount = {
    destination: "/proc",
    type: "proc",
    source: "proc",
    options: ["nosuid", "noexec", "nodev"],
  };
  return [
    error("/mounts", "has nothing at /proc, which runc needs to start a program", {
      hint: "mount proc there, before all others",
      fix:
        spec.mounts === undefined
          ? [{ op: "add", path: "/mounts", value: [mount] }]
          : [{ op: "add", path: "/mounts/0", value: mount }],
      statement: "LX-FS-01",
    }),
  ];
}

function relativeDestination({ destination }: Mount, at: At, spec: Spec): readonly Complaint[] {
  if (destination.startsWith("/")) return [];
  const says = `should be absolute, is ${quote(destination)}`;
  const more = {
    hint: `it is taken from the root: write ${quote(normal(destination))}`,
    fix: replacement(`${at}/destination`, normal(destination)),
    statement: "CFG-MNT-03",
  };
  const old = compareVersions(spec.ociVersion, "1.2.0") < 0;
  return [
    old
      ? error(`${at}/destination`, `${says}; before 1.2.0 it must be`, more)
      : warning(`${at}/destination`, says, more),
  ];
}

function hidden(spec: Spec): readonly Complaint[] {
  const places = (spec.mounts ?? []).map(({ destination }) => normal(destination));
  const root = placeNode();
  return places.flatMap((place, index) => {
    const remount = spec.mounts?.[index]?.options?.includes("remount") ?? false;
    const under = firstUnder(root, place, index);
    if (under === index || remount) return [];
    return [
      warning(
        `/mounts/${index}/destination`,
        `hides what entry ${under} mounts at ${quote(places[under] ?? "")}`,
        {
          hint: "mounts are made in order: put the outer one first, or take one out",
          statement: "CFG-MNT-01",
        },
      ),
    ];
  });
}

/** A directory on the way to a mount; `first` is the first mount at it or below. */
type PlaceNode = { first: number | undefined; readonly children: Map<string, PlaceNode> };

function placeNode(): PlaceNode {
  return { first: undefined, children: new Map() };
}

/** The first of the mounts so far, this one among them, that lies at a normal path or below it. */
function firstUnder(root: PlaceNode, place: string, index: number): number {
  let node = root;
  node.first ??= index;
  for (const name of place.split("/").filter(Boolean)) {
    const next = node.children.get(name) ?? placeNode();
    node.children.set(name, next);
    next.first ??= index;
    node = next;
  }
  return node.first ?? index;
}

/** What runc lets be mounted inside /proc; anything else it refuses, since it could forge what the kernel says. */
const allowedInProc =
  /^\/proc\/(cpuinfo|diskstats|meminfo|stat|swaps|uptime|loadavg|slabinfo|sys\/kernel\/ns_last_pid|sys\/crypto\/fips_enabled|net\/dev)$/;

function insideProc(mount: Mount, at: At): readonly Complaint[] {
  const place = normal(mount.destination);
  if (!isBelow(place, "/proc") || allowedInProc.test(place)) return [];
  return [
    error(`${at}/destination`, "lies inside /proc, where runc refuses mounts", {
      hint: "use maskedPaths to hide a file of /proc",
    }),
  ];
}

function withoutType(mount: Mount, at: At): readonly Complaint[] {
  const remounts = mount.options?.includes("remount") ?? false;
  if (isBind(mount) || remounts || (mount.type ?? "") !== "") return [];
  return [
    error(`${at}/type`, "must name a filesystem, since this is no bind mount", {
      hint: 'add the option "rbind" if the source is a directory or file of the host',
      statement: "CFG-MNT-08",
    }),
  ];
}

const opposites = [
  "ro rw",
  "suid nosuid",
  "dev nodev",
  "exec noexec",
  "sync async",
  "atime noatime",
  "bind rbind",
];

function contradictions({ options = [] }: Mount, at: At): readonly Complaint[] {
  return opposites
    .map((pair) => pair.split(" "))
    .filter((pair) => pair.every((option) => options.includes(option)))
    .map(([a, b]) =>
      warning(`${at}/options`, `has both ${quote(a ?? "")} and ${quote(b ?? "")}: the later one wins`),
    );
}

function propagations({ options = [] }: Mount, at: At): readonly Complaint[] {
  const kinds = options.filter((option) => /^r?(private|shared|slave|unbindable)$/.test(option));
  if (kinds.length < 2) return [];
  return [
    warning(`${at}/options`, `names ${kinds.length} propagations, ${kinds.join(", ")}: the last one wins`, {
      hint: "a mount is private, shared, slave or unbindable (mount_namespaces(7))",
    }),
  ];
}
