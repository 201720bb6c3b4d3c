import type { Seccomp } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";
import { type EngineProfile, resolveEngineProfile } from "../seccomp/engine-profile.ts";
import { defaultSeccomp } from "../seccomp/profile.ts";
import { editLinux } from "./edit.ts";

/** The default profile for the capabilities at hand, no filter at all, or a profile of one's own (config-linux.md#seccomp). */
export function withSeccomp(profile: "default" | "unconfined" | Seccomp): SpecOption {
  return editLinux((linux, spec, { architecture }) => {
    const { seccomp: _, ...rest } = linux;
    if (profile === "unconfined") return rest;
    const bounding = spec.process?.capabilities?.bounding ?? [];
    return { ...rest, seccomp: profile === "default" ? defaultSeccomp(architecture, bounding) : profile };
  });
}

/** A profile in the engines' own form, resolved for the machine, the kernel (as uname -r prints it) and the capabilities at hand. */
export function withEngineSeccomp(
  profile: EngineProfile,
  { kernel }: { readonly kernel: string },
): SpecOption {
  return editLinux((linux, spec, { architecture }) => {
    const capabilities = spec.process?.capabilities?.bounding ?? [];
    return { ...linux, seccomp: resolveEngineProfile(profile, { architecture, capabilities, kernel }) };
  });
}
