import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { OpenOptions } from "../image/open.ts";
import type { RegistryOptions } from "../image/sources/registry/settings.ts";
import { timeoutsOf } from "../image/sources/registry/timeouts.ts";
import { pullPolicies, type StoreOptions } from "../image/store/policy.ts";
import type { PullEvent } from "../image/store/pulling.ts";
import { parsePlatform } from "../oci/platform.ts";
import type { Context } from "./command.ts";
import type { RegistryValues, SourceValues } from "./config/flags.ts";
import { pullProgress } from "./progress.ts";

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
    ...remoteOptions(flags, context, options),
  };
}

/** How registries are reached and the store is used, as the flags want it. With `keep` false what a registry gives is only read. */
export function remoteOptions(
  flags: SourceValues,
  context: Context,
  { keep = true }: { readonly keep?: boolean } = {},
): { readonly registry: RegistryOptions; readonly store: StoreOptions } {
  const progress = lazily(() => pullProgress({ silent: context.json }));
  const store = {
    directory: context.configuration.store,
    pull: pullPolicies.find((policy) => policy === flags.pull),
    keep,
    onEvent: (event: PullEvent) => progress().onEvent(event),
  };
  return { registry: registryOptions(flags, context, { onNotice: (line) => progress().note(line) }), store };
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
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
    "registry-timeout",
    "pull",
  ] as const satisfies readonly (keyof SourceValues)[];
  const isGiven = (value: SourceValues[keyof SourceValues]): boolean =>
    typeof value === "object" ? value.length > 0 : value !== undefined && value !== false;
  return names.filter((name) => isGiven(flags[name])).map((name) => `--${name}`);
}

/** Whether every platform is asked for. Errors: "usage.bad-argument" with one platform besides. */
export function allPlatforms(flags: {
  readonly "all-platforms": boolean;
  readonly platform: string | undefined;
}): boolean {
  if (!flags["all-platforms"] || flags.platform === undefined) return flags["all-platforms"];
  throw new OcilabError("usage.bad-argument", {
    doing: "read the flags",
    got: `--all-platforms and --platform ${quote(flags.platform)} contradict each other`,
    hint: "give one of them",
  });
}

/** How the flags say that registries are reached. */
export function registryOptions(
  flags: RegistryValues,
  { configuration, env }: Context,
  { onNotice }: Pick<RegistryOptions, "onNotice">,
): RegistryOptions {
  const seconds = parseSeconds(flags["registry-timeout"]);
  return {
    home: configuration.home,
    env,
    creds: flags.creds,
    insecure: flags.insecure,
    mirrors: flags.mirror,
    certDirectory: flags["cert-dir"],
    timeouts: seconds === undefined ? undefined : timeoutsOf(seconds * 1000),
    onNotice,
  };
}

function parseSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new OcilabError("usage.bad-argument", {
    doing: "read the flags",
    got: `--registry-timeout is a number of seconds up to 86400, not ${quote(text)}`,
  });
}
