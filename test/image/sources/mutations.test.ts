import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OcilabError } from "../../../src/base/errors.ts";
import { openImage } from "../../../src/image/open.ts";
import { parsePlatform } from "../../../src/oci/platform.ts";
import { writeDockerArchive } from "../../support/docker-archive-writer.ts";
import { type LayoutWriter, newLayout, ociTypes, smallImage } from "../../support/layout-writer.ts";
import { scratch } from "../../support/scratch.ts";

const platform = parsePlatform("linux/amd64");
const hostile = [
  null,
  true,
  -1,
  1e300,
  "",
  "\0",
  "../../etc/passwd",
  "sha256:x",
  [],
  [null],
  {},
  { __proto__: 1 },
];

/** An image opens, or it is refused with an error of ours: nothing else may happen. */
async function opensOrRefuses(path: string, images: string): Promise<void> {
  try {
    await using image = await openImage(path, { images, platform });
    for (const layer of image.layers) (await layer.open()).destroy();
  } catch (error) {
    if (!(error instanceof OcilabError)) throw error;
    expect(error.code).not.toBe("host.internal");
    expect(error.message.length).toBeLessThan(20_000);
  }
}

/** Every place in a JSON value, as the keys that lead there. */
function places(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [[]];
  return [
    [],
    ...Object.entries(value).flatMap(([key, inner]) => places(inner).map((place) => [key, ...place])),
  ];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const inner = replaced((value as Record<string, unknown>)[key], rest, by);
  return Array.isArray(value) ? value.with(Number(key), inner) : { ...(value as object), [key]: inner };
}

describe("whatever is in it", () => {
  test("an archive with changed bytes opens or is refused", async () => {
    await using place = scratch();
    const bytes = readFileSync(writeDockerArchive(join(place.path, "image.tar")));
    const file = join(place.path, "changed.tar");
    const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.nat(bytes.length),
        async (changes, cut) => {
          const changed = Buffer.from(bytes);
          for (const { at, to } of changes) changed[at] = to;
          writeFileSync(file, cut % 5 === 0 ? changed.subarray(0, cut) : changed);
          await opensOrRefuses(file, join(place.path, "images"));
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });

  test.each(["index", "manifest", "config"] as const)(
    "a layout with anything anywhere in its %s opens or is refused",
    async (which) => {
      await using place = scratch();
      let made = 0;
      for (const place_ of places(documentOf(which, newLayout(join(place.path, "template"))))) {
        for (const by of hostile) {
          const layout = newLayout(join(place.path, `layout-${made++}`));
          writeWith(layout, which, (value) => replaced(value, place_, by));
          await opensOrRefuses(layout.path, join(place.path, "images"));
        }
      }
      expect(made).toBeGreaterThan(50);
    },
  );

  test("a docker archive with anything anywhere in its manifest.json opens or is refused", async () => {
    await using place = scratch();
    const value = [{ Config: "", RepoTags: ["small:1"], Layers: ["L/layer.tar"] }];
    for (const at of places(value)) {
      for (const by of hostile) {
        const file = writeDockerArchive(join(place.path, "image.tar"), (parts) => {
          const { manifest } = parts;
          parts.manifest = (names) => replaced(manifest(names), at, by);
        });
        await opensOrRefuses(file, join(place.path, "images"));
      }
    }
  });
});

type Which = "index" | "manifest" | "config";

function documentOf(which: Which, layout: LayoutWriter): unknown {
  let found: unknown;
  writeWith(layout, which, (value) => {
    found = value;
    return value;
  });
  return found;
}

/** A layout of one image, one of its documents changed and everything that refers to it right. */
function writeWith(layout: LayoutWriter, which: Which, change: (value: unknown) => unknown): void {
  mkdirSync(layout.path, { recursive: true });
  const only = (name: Which, value: unknown) => (name === which ? change(value) : value);
  const first = smallImage(layout);
  const read = (digest: string) =>
    JSON.parse(readFileSync(join(layout.path, "blobs/sha256", digest.slice(7)), "utf8"));
  const manifest = read(first.digest);
  const config = layout.json(ociTypes.config, only("config", read(manifest.config.digest)));
  const stored = layout.json(ociTypes.manifest, only("manifest", { ...manifest, config }));
  const index = { schemaVersion: 2, mediaType: ociTypes.index, manifests: [stored] };
  writeFileSync(join(layout.path, "index.json"), JSON.stringify(only("index", index)));
}
