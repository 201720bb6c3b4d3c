import type { Linux, Process, Resources, Spec } from "../../oci/spec.ts";
import type { SpecContext, SpecOption } from "../context.ts";

/** An option that replaces `process`; a spec without one starts from a bare one in "/". */
export function editProcess(edit: (process: Process, context: SpecContext) => Process): SpecOption {
  return (spec, context) => ({ ...spec, process: edit(spec.process ?? { cwd: "/" }, context) });
}

/** An option that replaces `linux`. */
export function editLinux(edit: (linux: Linux, spec: Spec, context: SpecContext) => Linux): SpecOption {
  return (spec, context) => ({ ...spec, linux: edit(spec.linux ?? {}, spec, context) });
}

/** An option that replaces `linux.resources`. */
export function editResources(edit: (resources: Resources) => Resources): SpecOption {
  return editLinux((linux) => ({ ...linux, resources: edit(linux.resources ?? {}) }));
}
