import { parseImageName } from "../image/store/naming.ts";
import { pullImage } from "../image/store/pull.ts";
import { storeAt } from "../image/store/store.ts";
import { parsePlatform } from "../oci/platform.ts";
import type { Context } from "./command.ts";
import type { PullValue } from "./commands/pull.ts";
import type { RegistryValues } from "./config/flags.ts";
import { registryOptions } from "./open-options.ts";
import { pullProgress } from "./progress.ts";

export type PullWish = {
  readonly reference: string;
  readonly flags: RegistryValues & { readonly name: string | undefined; readonly verify: boolean };
  readonly parallel: number | undefined;
};

/** Pull an image and tell how it goes. Errors: those of pullImage. */
export async function pullToStore(
  { reference, flags, parallel }: PullWish,
  context: Context,
): Promise<PullValue> {
  const { signal, configuration, json } = context;
  using progress = pullProgress({ silent: json });
  const { image, ...counts } = await pullImage(reference, {
    signal,
    images: configuration.images,
    store: storeAt(configuration.store),
    registry: registryOptions(flags, context, { onNotice: progress.note }),
    platform: flags.platform === undefined ? undefined : parsePlatform(flags.platform),
    name: flags.name === undefined ? undefined : parseImageName(flags.name),
    parallel,
    verify: flags.verify,
    onEvent: progress.onEvent,
  });
  const { name, manifest, config, platform } = image;
  return { name: name ?? manifest.digest, manifest: manifest.digest, config, platform, ...counts };
}
