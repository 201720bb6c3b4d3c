import { join } from "node:path";
import type { Configuration } from "../base/configuration.ts";

/**
 * The directory of what can be made anew: OCILAB_HOME/vm where that is set, else $XDG_CACHE_HOME/ocilab/vm, else /var/cache/ocilab/vm for root
 * and ~/.cache/ocilab/vm for others.
 */
export function machineCache(
  configuration: Configuration,
  env: Readonly<Record<string, string | undefined>>,
  uid: number,
): string {
  if (configuration.moved) return join(configuration.home, "vm");
  const own = uid === 0 ? "/var/cache" : join(env["HOME"] || "/", ".cache");
  return join(env["XDG_CACHE_HOME"] || own, "ocilab/vm");
}
