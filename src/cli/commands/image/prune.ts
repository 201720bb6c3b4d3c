import { defineCommand } from "../../command.ts";
import { type RemovalValue, renderRemoval } from "../../render/removal.ts";

/** `dryRun`: nothing was removed, this is what would be. */
type PruneValue = RemovalValue & { readonly dryRun: boolean };

export const command = defineCommand({
  name: "image prune",
  group: "image to bundle",
  summary: "remove from the store what no image needs",
  description:
    "Removes images that have lost their name to a newer one, blobs that no image reaches, downloads that were not finished, and unpacked layers (HOME/snapshots) that neither an image of the store nor a bundle has. With --all it removes every image: bundles and containers keep what they have. What a running command needs stays in any case.",
  arguments: [],
  flags: {
    all: { kind: "switch", short: "a", help: "remove images with names too" },
    "dry-run": { kind: "switch", help: "say what would be removed, and remove nothing" },
  },
  examples: [
    { line: "ocilab image prune", says: "what nothing needs" },
    { line: "ocilab image prune --all --dry-run", says: "how much an empty store would free" },
  ],
  async run({ flags }, context): Promise<{ value: PruneValue }> {
    const { prune } = await import("../../prune.ts");
    const dryRun = flags["dry-run"];
    return { value: { ...(await prune({ all: flags.all, dryRun }, context)), dryRun } };
  },
  render: renderRemoval,
});
