import type { CgroupEntry } from "../../kernel/parse/cgroup.ts";
import { pointerToken } from "../../oci/pointer.ts";
import type { Resources, Spec } from "../../oci/spec.ts";
import { unifiedDiffers } from "../cgroup-values.ts";
import { type CgroupWish, cgroupClaim } from "../cgroup-wish.ts";
import { type Claim, type ClaimFamily, claim } from "../claim.ts";
import { cpuWishes } from "./cgroup-cpu.ts";
import { deviceRuleClaims } from "./cgroup-devices.ts";
import { ioWishes } from "./cgroup-io.ts";
import { memoryWishes } from "./cgroup-memory.ts";

/** cgroupsPath and everything in resources (config-linux.md#control-groups), on cgroup v2, v1 and hosts that mix them. */
export const cgroupClaims: ClaimFamily = (spec) => {
  const resources = spec.linux?.resources;
  const wishes =
    resources === undefined
      ? []
      : [
          ...memoryWishes(resources, spec.ociVersion),
          ...cpuWishes(resources),
          ...ioWishes(resources),
          ...unifiedWishes(resources),
        ];
  return [...placeClaims(spec), ...wishes.map(cgroupClaim), ...deviceRuleClaims(resources ?? {})];
};

function unifiedWishes({ unified = {} }: Resources): readonly CgroupWish[] {
  return Object.entries(unified).map(([key, value]) => ({
    at: `/linux/resources/unified${pointerToken(key)}`,
    statements: ["LX-UNI-01"],
    asked: value,
    controller: key.split(".")[0] ?? "",
    v2: [{ file: key, differs: (seen) => unifiedDiffers(key, value, seen) }],
    v1: "the host binds this controller to cgroup v1, and unified is for v2",
  }));
}

function placeClaims(spec: Spec): readonly Claim[] {
  const path = spec.linux?.cgroupsPath;
  if (!path) return [];
  return [
    claim({
      at: "/linux/cgroupsPath",
      statements: ["LX-CGP-02", "LX-CGP-03"],
      asked: path,
      seen: (view) => view.cgroups,
      show: (entries) => Object.fromEntries(entries.map((entry) => [nameOf(entry), entry.path])),
      differs: (asked, entries) => {
        const bound = entries.filter((entry) => entry.controllers.some((name) => !name.startsWith("name=")));
        const wrong = (bound.length > 0 ? bound : entries).filter((entry) => !isAt(asked, entry.path));
        if (wrong.length === 0) return undefined;
        return `elsewhere: ${wrong.map((entry) => `${nameOf(entry)} ${entry.path}`).join(", ")}`;
      },
    }),
  ];
}

function nameOf(entry: CgroupEntry): string {
  return entry.version === 2 ? "unified" : entry.controllers.join(",");
}

/** The process may have moved itself below. "SLICE:PREFIX:NAME" is the systemd form: the unit is PREFIX-NAME.scope. */
function isAt(asked: string, path: string): boolean {
  const [, prefix, name] = /^[^:/]*:([^:/]*):([^:/]+)$/.exec(asked) ?? [];
  if (name !== undefined) {
    const unit = prefix ? `${prefix}-${name}` : name;
    return path.split("/").some((part) => part === unit || part === `${unit}.scope`);
  }
  const clean = `/${asked
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
  return asked.startsWith("/")
    ? path === clean || path.startsWith(`${clean}/`)
    : `${path}/`.includes(`${clean}/`);
}
