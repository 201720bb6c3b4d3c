import type { SpecOption } from "../context.ts";
import type { LabelPart } from "../parse/security.ts";

/** The context that the reference policy gives to containers (container_selinux(8)). */
const usual: Readonly<Record<LabelPart, string>> = {
  user: "system_u",
  role: "system_r",
  type: "container_t",
  level: "s0",
  filetype: "container_file_t",
};

/**
 * The SELinux context of the process and of its mounts, from the given parts and the usual ones of containers. Unlike an engine it
 * chooses no category: containers that get the same level can reach one another's files (selinux(8)).
 */
export function withLabels(parts: Readonly<Partial<Record<LabelPart, string>>>): SpecOption {
  const { user, role, type, level, filetype } = { ...usual, ...parts };
  return (spec) => ({
    ...spec,
    process: { ...(spec.process ?? { cwd: "/" }), selinuxLabel: `${user}:${role}:${type}:${level}` },
    linux: { ...spec.linux, mountLabel: `${user}:object_r:${filetype}:${level}` },
  });
}

/** No SELinux context: process and mounts have what they inherit. */
export function withoutLabels(): SpecOption {
  return ({ process, linux, ...spec }) => {
    const { selinuxLabel: _, ...unlabelled } = process ?? { cwd: "/" };
    const { mountLabel: __, ...rest } = linux ?? {};
    return {
      ...spec,
      ...(process === undefined ? {} : { process: unlabelled }),
      ...(linux === undefined ? {} : { linux: rest }),
    };
  };
}
