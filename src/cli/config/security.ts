import { resolve } from "node:path";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { parseJson } from "../../oci/json.ts";
import type { Seccomp } from "../../oci/spec.ts";
import type { SpecOption } from "../../spec/context.ts";
import { withCapabilities } from "../../spec/options/capabilities.ts";
import { withNoNewPrivileges } from "../../spec/options/process.ts";
import { withMaskedPaths, withReadonlyPaths } from "../../spec/options/root.ts";
import { withSeccomp } from "../../spec/options/seccomp.ts";
import { parseSecurityOption } from "../../spec/parse/security.ts";
import { readGivenFile } from "./environment.ts";
import type { ConfigValues } from "./flags.ts";
import type { ConfigWorld } from "./options.ts";

/** --cap-add, --cap-drop and --security-opt. Errors: "usage.bad-argument", "spec.bad-option", "spec.unknown-capability". */
export function securityOptions(flags: ConfigValues, world: Pick<ConfigWorld, "cwd">): readonly SpecOption[] {
  const add = commas(flags["cap-add"]);
  const drop = commas(flags["cap-drop"]);
  const capabilities = add.length + drop.length === 0 ? [] : [withCapabilities({ add, drop })];
  return [...capabilities, ...flags["security-opt"].flatMap((text) => securityOption(text, world))];
}

function commas(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => text.split(","));
}

function securityOption(text: string, { cwd }: Pick<ConfigWorld, "cwd">): readonly SpecOption[] {
  const [, name, value] = /^(apparmor|systempaths)[=:](.+)$/.exec(text) ?? [];
  if (name === "apparmor" && value !== undefined) return [withApparmor(value)];
  if (name === "systempaths" && value === "unconfined") return [withMaskedPaths([]), withReadonlyPaths([])];
  const wish = parseSecurityOption(text);
  switch (wish.kind) {
    case "seccomp":
      return [withSeccomp(wish.profile)];
    case "seccomp-file":
      return [withSeccomp(readProfile(resolve(cwd, wish.path)))];
    case "no-new-privileges":
      return [withNoNewPrivileges(wish.value)];
  }
}

function withApparmor(profile: string): SpecOption {
  return (spec) => ({ ...spec, process: { ...(spec.process ?? { cwd: "/" }), apparmorProfile: profile } });
}

/** A profile as config.json has it. Docker's own form (archMap, includes) needs Docker to be resolved. The schema checks the rest. */
function readProfile(path: string): Seccomp {
  const profile = parseJson(readGivenFile(path, "--security-opt seccomp"), { name: path });
  const isObject = typeof profile === "object" && profile !== null && "defaultAction" in profile;
  if (isObject && !("archMap" in profile)) return profile as Seccomp;
  throw new OcilabError("usage.bad-argument", {
    doing: `read the seccomp profile ${quote(path)}`,
    got: isObject ? "it is in docker's own form, with archMap" : "it has no defaultAction",
    hint: "give an object as linux.seccomp of config.json has it",
  });
}
