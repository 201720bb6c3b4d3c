import { release } from "node:os";
import { resolve } from "node:path";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { parseJson } from "../../oci/json.ts";
import type { Seccomp } from "../../oci/spec.ts";
import type { SpecOption } from "../../spec/context.ts";
import { withAmbientCapabilities, withCapabilities } from "../../spec/options/capabilities.ts";
import { withLabels, withoutLabels } from "../../spec/options/labels.ts";
import { withWritableCgroups } from "../../spec/options/mounts.ts";
import { withPrivileged } from "../../spec/options/privileged.ts";
import { withApparmor, withNoNewPrivileges, withoutApparmor } from "../../spec/options/process.ts";
import {
  withMaskedPath,
  withMaskedPaths,
  withoutHidden,
  withReadonlyPaths,
} from "../../spec/options/root.ts";
import { withEngineSeccomp, withSeccomp } from "../../spec/options/seccomp.ts";
import { parseSecurityOption, type SecurityWish } from "../../spec/parse/security.ts";
import type { EngineProfile } from "../../spec/seccomp/engine-profile.ts";
import { hostDevices } from "./devices.ts";
import { readGivenFile } from "./environment.ts";
import type { ConfigValues } from "./flags.ts";
import type { ConfigWorld } from "./options.ts";

/** --privileged. Reads /dev. */
export function privilegedOptions({ privileged }: ConfigValues): readonly SpecOption[] {
  return privileged ? [withPrivileged(hostDevices())] : [];
}

/** --cap-add, --cap-drop, --cap-ambient and --security-opt. Errors: "usage.bad-argument", "spec.bad-option", "spec.unknown-capability". */
export function securityOptions(flags: ConfigValues, world: Pick<ConfigWorld, "cwd">): readonly SpecOption[] {
  const add = commas(flags["cap-add"]);
  const drop = commas(flags["cap-drop"]);
  const ambient = commas(flags["cap-ambient"]);
  const wishes = flags["security-opt"].map(parseSecurityOption);
  return [
    ...(add.length + drop.length === 0 ? [] : [withCapabilities({ add, drop })]),
    ...(ambient.length === 0 ? [] : [withAmbientCapabilities(ambient)]),
    ...labelOptions(wishes),
    ...wishes.flatMap((wish) => securityOption(wish, world)),
  ];
}

function commas(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => text.split(","));
}

function securityOption(wish: SecurityWish, { cwd }: Pick<ConfigWorld, "cwd">): readonly SpecOption[] {
  switch (wish.kind) {
    case "seccomp":
      return [withSeccomp(wish.profile)];
    case "seccomp-file":
      return [profileOption(resolve(cwd, wish.path))];
    case "no-new-privileges":
      return [withNoNewPrivileges(wish.value)];
    case "apparmor":
      // runc writes even "unconfined" to a kernel that has no AppArmor, and fails.
      return [wish.profile === "unconfined" ? withoutApparmor : withApparmor(wish.profile)];
    case "systempaths-unconfined":
      return [withMaskedPaths([]), withReadonlyPaths([])];
    case "writable-cgroups":
      return [withWritableCgroups(wish.value)];
    case "mask":
      return [withMaskedPath(...wish.paths)];
    case "unmask":
      return [withoutHidden(...wish.paths)];
    case "label":
    case "label-disable":
      return [];
  }
}

/** All labels make one context. Errors: "usage.bad-argument" when it is disabled as well. */
function labelOptions(wishes: readonly SecurityWish[]): readonly SpecOption[] {
  const parts = wishes.flatMap((wish) => (wish.kind === "label" ? [[wish.part, wish.value] as const] : []));
  const isDisabled = wishes.some(({ kind }) => kind === "label-disable");
  if (isDisabled && parts.length > 0)
    throw new OcilabError("usage.bad-argument", {
      doing: "read the labels of --security-opt",
      got: "label=disable is given with another label",
      hint: "leave out one of them",
    });
  if (isDisabled) return [withoutLabels()];
  return parts.length === 0 ? [] : [withLabels(Object.fromEntries(parts))];
}

/** A profile as config.json has it, or as docker and podman have it (archMap, includes). The schema checks the rest. */
function profileOption(path: string): SpecOption {
  const profile = parseJson(readGivenFile(path, "--security-opt seccomp"), { name: path });
  if (typeof profile === "object" && profile !== null && "defaultAction" in profile)
    return isEngineProfile(profile)
      ? withEngineSeccomp(profile as EngineProfile, { kernel: release() })
      : withSeccomp(profile as Seccomp);
  throw new OcilabError("usage.bad-argument", {
    doing: `read the seccomp profile ${quote(path)}`,
    got: "it has no defaultAction",
    hint: "give an object as linux.seccomp of config.json has it, or a profile of docker",
  });
}

/** Config.json has neither a map of architectures nor conditions of rules. */
function isEngineProfile(profile: object): boolean {
  const rules =
    "syscalls" in profile && Array.isArray(profile.syscalls) ? (profile.syscalls as unknown[]) : [];
  const isOurs = (rule: unknown): boolean =>
    typeof rule !== "object" ||
    rule === null ||
    !["includes", "excludes", "name", "comment"].some((key) => key in rule);
  return "archMap" in profile || !rules.every(isOurs);
}
