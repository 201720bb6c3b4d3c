import { defineCommand } from "../../command.ts";
import { type RemovalValue, removalValue, renderRemoval } from "../../render/removal.ts";

export const command = defineCommand({
  name: "image remove",
  group: "image to bundle",
  summary: "take a name off an image of the store, and remove the image when it was its last",
  description:
    "As `docker rmi`: the name goes; when the image has no other, its blobs go as well, but those that other images share or that a running command needs. By digest or id it goes with its name, if it has only one. Bundles and containers made of it stay as they are.",
  arguments: [
    { name: "NAME", required: true, many: true, help: "name, digest, or the beginning of a digest or id" },
  ],
  flags: {
    force: { kind: "switch", short: "f", help: "by digest or id: with all its names" },
    untag: { kind: "switch", help: "take the names off only; `image prune` removes the image later" },
  },
  examples: [
    { line: "ocilab image remove alpine:3.20", says: "one name" },
    { line: "ocilab image rm -f 43c4264eed91", says: "the image, whatever its names" },
    { line: "ocilab image rm --untag app:1", says: "the name alone" },
  ],
  async run({ flags, positionals }, context): Promise<{ value: RemovalValue }> {
    const { removeFromStore } = await import("../../../image/store/removal.ts");
    const { storeAt } = await import("../../../image/store/store.ts");
    const { force, untag } = flags;
    const { signal, configuration } = context;
    const store = storeAt(configuration.store);
    return {
      value: removalValue(await removeFromStore(store, positionals, { signal, force, untagOnly: untag })),
    };
  },
  render: renderRemoval,
});
