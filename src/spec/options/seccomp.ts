import type { Seccomp } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";
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
