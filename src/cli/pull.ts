import { parseImageName } from "../image/store/naming.ts";
import { pullImage } from "../image/store/pull.ts";
import { storeAt } from "../image/store/store.ts";
import { parsePlatform } from "../oci/platform.ts";
import type { Context } from "./command.ts";
import type { PullValue } from "./commands/pull.ts";
import { pullProgress } from "./progress.ts";

export type PullWish = {
  readonly reference: string;
  readonly platform: string | undefined;
  readonly name: string | undefined;
  readonly parallel: number | undefined;
  readonly verify: boolean;
};

/** Pull an image and tell how it goes. Errors: those of pullImage. */
export async function pullToStore(
  wish: PullWish,
  { signal, configuration, json }: Context,
): Promise<PullValue> {
  using progress = pullProgress({ silent: json });
  const { image, ...counts } = await pullImage(wish.reference, {
    signal,
    images: configuration.images,
    store: storeAt(configuration.store),
    platform: wish.platform === undefined ? undefined : parsePlatform(wish.platform),
    name: wish.name === undefined ? undefined : parseImageName(wish.name),
    parallel: wish.parallel,
    verify: wish.verify,
    onEvent: progress.onEvent,
  });
  const { name, manifest, config, platform } = image;
  return { name: name ?? manifest.digest, manifest: manifest.digest, config, platform, ...counts };
}
