import type { OpenOptions } from "../image/open.ts";
import type { RegistryOptions } from "../image/sources/registry/settings.ts";
import { pullPolicies, type StoreOptions } from "../image/store/policy.ts";
import { parsePlatform } from "../oci/platform.ts";
import type { Context } from "./command.ts";
import type { RegistryValues, SourceValues } from "./config/flags.ts";
import { type PullProgress, pullProgress } from "./progress.ts";

/** What the flags of `sourceFlags` say, for `openImage`. Error "spec.bad-platform". */
export function openOptions(
  flags: SourceValues,
  context: Context,
  options: { readonly keep?: boolean } = {},
): OpenOptions {
  return {
    signal: context.signal,
    images: context.configuration.images,
    platform: flags.platform === undefined ? undefined : parsePlatform(flags.platform),
    registry: registryOptions(flags, context),
    store: storeOptions(flags, context, options),
  };
}

/** The store as the flags want it used. With `keep` false what a registry gives is only read. */
export function storeOptions(
  flags: Pick<SourceValues, "pull">,
  { configuration, json }: Context,
  { keep = true }: { readonly keep?: boolean } = {},
): StoreOptions {
  let progress: PullProgress | undefined;
  return {
    directory: configuration.store,
    pull: pullPolicies.find((policy) => policy === flags.pull),
    keep,
    onEvent(event) {
      progress ??= pullProgress({ silent: json });
      progress.onEvent(event);
    },
  };
}

/** The flags of `sourceFlags` that were given, with their dashes: what is no image has no use for them. */
export function givenSourceFlags(flags: SourceValues): readonly string[] {
  const names = [
    "platform",
    "creds",
    "insecure",
    "cert-dir",
    "mirror",
    "pull",
  ] as const satisfies readonly (keyof SourceValues)[];
  const isGiven = (value: SourceValues[keyof SourceValues]): boolean =>
    typeof value === "object" ? value.length > 0 : value !== undefined && value !== false;
  return names.filter((name) => isGiven(flags[name])).map((name) => `--${name}`);
}

/** How the flags say that registries are reached. */
export function registryOptions(flags: RegistryValues, { configuration, env }: Context): RegistryOptions {
  return {
    home: configuration.home,
    env,
    creds: flags.creds,
    insecure: flags.insecure,
    mirrors: flags.mirror,
    certDirectory: flags["cert-dir"],
  };
}
