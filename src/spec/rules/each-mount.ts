import type { Mount, Spec } from "../../oci/spec.ts";
import type { Complaint } from "./rule.ts";

/** The pointer of one mount. */
export type At = `/mounts/${number}`;

/** What a rule says of each mount, in the order of the list. */
export function eachMount(
  spec: Spec,
  check: (mount: Mount, at: At, spec: Spec) => readonly Complaint[],
): readonly Complaint[] {
  return (spec.mounts ?? []).flatMap((mount, index) => check(mount, `/mounts/${index}`, spec));
}

/** A mount is a bind mount exactly when its options say so (config.md#mounts). */
export function isBind({ options = [] }: Mount): boolean {
  return options.includes("bind") || options.includes("rbind");
}
