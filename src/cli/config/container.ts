import type { Cancel } from "../../base/brand.ts";
import type { ConfigValues } from "./flags.ts";

/** The flags, with those of the container below them where --as-container is given. Errors: those of `containerFlags`. */
export async function withContainerOf<Flags extends ConfigValues & { readonly "as-container": boolean }>(
  reference: string,
  flags: Flags,
  cancel: Cancel,
): Promise<Flags> {
  if (!flags["as-container"]) return flags;
  const { containerFlags } = await import("../docker-container.ts");
  return await containerFlags(reference, flags, cancel);
}
