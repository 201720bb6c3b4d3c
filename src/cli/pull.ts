import type { StoredImage } from "../image/store/names.ts";
import { parseImageName } from "../image/store/naming.ts";
import { pullImage } from "../image/store/pull.ts";
import { storeAt } from "../image/store/store.ts";
import { parsePlatform } from "../oci/platform.ts";
import type { Context } from "./command.ts";
import type { PullValue } from "./commands/pull.ts";
import type { RegistryValues } from "./config/flags.ts";
import { allPlatforms, registryOptions } from "./open-options.ts";
import { pullProgress } from "./progress.ts";

export type PullWish = {
  readonly reference: string;
  readonly flags: RegistryValues & {
    readonly name: string | undefined;
    readonly verify: boolean;
    readonly "all-platforms": boolean;
  };
  readonly parallel: number | undefined;
};

/** Pull an image and tell how it goes. Errors: those of pullImage. */
export async function pullToStore(
  { reference, flags, parallel }: PullWish,
  context: Context,
): Promise<PullValue> {
  const { signal, configuration, json } = context;
  using progress = pullProgress({ silent: json });
  const options = {
    signal,
    images: configuration.images,
    store: storeAt(configuration.store),
    registry: registryOptions(flags, context, { onNotice: progress.note }),
    name: flags.name === undefined ? undefined : parseImageName(flags.name),
    parallel,
    verify: flags.verify,
    onEvent: progress.onEvent,
  };
  if (allPlatforms(flags)) {
    const { pullAllPlatforms } = await import("../image/store/pull-all.ts");
    const { name, root, images, ...counts } = await pullAllPlatforms(reference, options);
    const only = images.find(({ manifest }) => manifest.digest === root.digest);
    const { config = null, platform = null } = only ?? {};
    return { name, manifest: root.digest, config, platform, images: images.map(told), ...counts };
  }
  const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
  const { image, ...counts } = await pullImage(reference, { ...options, platform });
  const { name, manifest } = image;
  return { name: name ?? manifest.digest, ...told(image), images: [told(image)], ...counts };
}

function told({ manifest, config, platform }: StoredImage): PullValue["images"][number] {
  return { manifest: manifest.digest, config, platform };
}
