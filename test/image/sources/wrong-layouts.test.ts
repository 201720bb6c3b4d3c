import {
  appendFileSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openImage } from "../../../src/image/open.ts";
import { parsePlatform } from "../../../src/oci/platform.ts";
import {
  type LayoutWriter,
  newLayout,
  ociTypes,
  type SmallImageChanges,
  sha256,
  smallImage,
  smallLayer,
} from "../../support/layout-writer.ts";
import { scratch } from "../../support/scratch.ts";

type Row = {
  readonly name: string;
  readonly make: (layout: LayoutWriter) => void;
  readonly tag?: string;
  readonly code: string;
  readonly says: RegExp;
};

const amd64 = parsePlatform("linux/amd64");
const one =
  (changes: SmallImageChanges = {}) =>
  (layout: LayoutWriter) =>
    layout.index([smallImage(layout, changes)]);
const named = (name: string) => ({ annotations: { "org.opencontainers.image.ref.name": name } });
const file = (layout: LayoutWriter, digest: string) => join(layout.path, "blobs/sha256", digest.slice(7));
const read = (layout: LayoutWriter, digest: string) => JSON.parse(readFileSync(file(layout, digest), "utf8"));

const rows: readonly Row[] = [
  {
    name: "a manifest with one byte changed",
    make: (layout) => {
      const manifest = smallImage(layout);
      const text = readFileSync(file(layout, manifest.digest), "utf8");
      writeFileSync(file(layout, manifest.digest), text.replace('"schemaVersion":2', '"schemaVersion":3'));
      layout.index([manifest]);
    },
    code: "image.wrong-digest",
    says: /read the manifest sha256:[0-9a-f]{64}: its bytes have the digest sha256:/,
  },
  {
    name: "a configuration with one byte changed",
    make: (layout) => {
      const manifest = smallImage(layout);
      const { digest } = read(layout, manifest.digest).config;
      writeFileSync(
        file(layout, digest),
        readFileSync(file(layout, digest), "utf8").replace("linux", "linuX"),
      );
      layout.index([manifest]);
    },
    code: "image.wrong-digest",
    says: /read the configuration/,
  },
  {
    name: "a manifest of fewer bytes than its descriptor says",
    make: (layout) => {
      const manifest = smallImage(layout);
      layout.index([{ ...manifest, size: manifest.size + 1 }]);
    },
    code: "image.wrong-size",
    says: /says \d+ bytes, there are \d+/,
  },
  {
    name: "a manifest of more bytes than its descriptor says",
    make: (layout) => {
      const manifest = smallImage(layout);
      layout.index([{ ...manifest, size: manifest.size - 1 }]);
    },
    code: "image.wrong-size",
    says: /there are more/,
  },
  {
    name: "a manifest whose descriptor claims a gigabyte",
    make: (layout) => layout.index([{ ...smallImage(layout), size: 2 ** 30 }]),
    code: "image.blob-too-large",
    says: /claims 1073741824 bytes/,
  },
  {
    name: "a configuration whose descriptor claims 2^63-1 bytes",
    make: (layout) => {
      const { mediaType, ...manifest } = read(layout, smallImage(layout).digest);
      const text = JSON.stringify({ ...manifest, mediaType }).replace(
        /"size":\d+/,
        '"size":9223372036854775807',
      );
      layout.index([layout.blob(ociTypes.manifest, Buffer.from(text))]);
    },
    code: "spec.invalid",
    says: /9223372036854775807/,
  },
  {
    name: "an index.json of nine megabytes",
    make: (layout) => {
      one()(layout);
      appendFileSync(join(layout.path, "index.json"), " ".repeat(9 << 20));
    },
    code: "image.blob-too-large",
    says: /index\.json/,
  },
  {
    name: "a missing manifest",
    make: (layout) => {
      const manifest = smallImage(layout);
      rmSync(file(layout, manifest.digest));
      layout.index([manifest]);
    },
    code: "image.blob-missing",
    says: /there is no file ".*\/blobs\/sha256\/[0-9a-f]{64}"/,
  },
  {
    name: "a missing layer",
    make: (layout) => {
      const manifest = smallImage(layout);
      rmSync(file(layout, read(layout, manifest.digest).layers[0].digest));
      layout.index([manifest]);
    },
    code: "image.blob-missing",
    says: /blobs\/sha256\/[0-9a-f]{64}/,
  },
  {
    name: "a layer that has been cut",
    make: (layout) => {
      const manifest = smallImage(layout);
      truncateSync(file(layout, read(layout, manifest.digest).layers[0].digest), 700);
      layout.index([manifest]);
    },
    code: "image.wrong-size",
    says: /layer 1: .* holds 700 bytes of it, its descriptor says 2048/,
  },
  {
    name: "a layer of which only a download address is there",
    make: one({
      manifest: (manifest) => ({
        ...manifest,
        layers: [
          {
            mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
            digest: `sha256:${"1".repeat(64)}`,
            size: 10,
            urls: ["https://example.org/layer"],
          },
        ],
      }),
    }),
    code: "image.foreign-layer",
    says: /points to "https:\/\/example.org\/layer"/,
  },
  {
    name: "an encrypted layer",
    make: one({
      manifest: (manifest) => {
        const [layer] = manifest["layers"] as object[];
        return { ...manifest, layers: [{ ...layer, mediaType: `${ociTypes.layer}+gzip+encrypted` }] };
      },
    }),
    code: "image.unknown-layer",
    says: /\+encrypted/,
  },
  {
    name: "three layers for two diff_ids",
    make: one({
      config: { rootfs: { type: "layers", diff_ids: [1, 2].map(() => `sha256:${sha256(smallLayer())}`) } },
      manifest: (manifest) => {
        const [layer] = manifest["layers"] as object[];
        return { ...manifest, layers: [layer, layer, layer] };
      },
    }),
    code: "image.layer-count",
    says: /lists 3 layers, its configuration 2 diff_ids/,
  },
  {
    name: "an index.json that is no JSON",
    make: (layout) => writeFileSync(join(layout.path, "index.json"), "{"),
    code: "spec.bad-json",
    says: /index\.json/,
  },
  {
    name: "no index.json",
    make: (layout) => writeFileSync(join(layout.path, "index.jsn"), "{"),
    code: "image.bad-document",
    says: /there is no file ".*index\.json"/,
  },
  {
    name: "a manifest that is no JSON though its digest is right",
    make: (layout) => layout.index([layout.blob(ociTypes.manifest, Buffer.from("hello"))]),
    code: "spec.bad-json",
    says: /the manifest sha256:/,
  },
  {
    name: "no oci-layout file",
    make: (layout) => {
      one()(layout);
      rmSync(join(layout.path, "oci-layout"));
    },
    code: "image.unrecognised",
    says: /oci-layout/,
  },
  {
    name: "a layout of version 2",
    make: (layout) => {
      one()(layout);
      writeFileSync(join(layout.path, "oci-layout"), '{"imageLayoutVersion":"2.0.0"}');
    },
    code: "image.bad-document",
    says: /imageLayoutVersion .*2\.0\.0/,
  },
  {
    name: "one image of another architecture",
    make: one({ architecture: "s390x" }),
    code: "image.no-such-platform",
    says: /nothing for linux\/amd64, only for "linux\/s390x"/,
  },
  {
    name: "an index without this platform",
    make: (layout) => {
      const manifests = ["s390x", "riscv64"].map((architecture) => ({
        ...smallImage(layout, { architecture }),
        platform: { os: "linux", architecture },
      }));
      layout.index([layout.json(ociTypes.index, { schemaVersion: 2, manifests })]);
    },
    code: "image.no-such-platform",
    says: /only for "linux\/s390x", "linux\/riscv64"/,
  },
  {
    name: "an index of attestations only",
    make: (layout) =>
      layout.index([{ ...smallImage(layout), platform: { os: "unknown", architecture: "unknown" } }]),
    code: "image.not-an-image",
    says: /only attestations or nothing/,
  },
  {
    name: "an empty index",
    make: (layout) => layout.index([]),
    code: "image.not-an-image",
    says: /no image manifest/,
  },
  {
    name: "a tag that is not there",
    tag: "lastest",
    make: (layout) => layout.index([{ ...smallImage(layout), ...named("latest") }]),
    code: "image.no-such-tag",
    says: /no image "lastest" in it; there is latest/,
  },
  {
    name: "two images and no tag",
    make: (layout) =>
      layout.index([
        { ...smallImage(layout, { content: "1" }), ...named("one") },
        { ...smallImage(layout, { content: "2" }), ...named("two") },
      ]),
    code: "image.ambiguous",
    says: /there are one, two/,
  },
  {
    name: "two images of one tag",
    tag: "same",
    make: (layout) =>
      layout.index([
        { ...smallImage(layout, { content: "1" }), ...named("same") },
        { ...smallImage(layout, { content: "2" }), ...named("same") },
      ]),
    code: "image.ambiguous",
    says: /there are same @sha256:[0-9a-f]{64}, same @sha256:/,
  },
  {
    name: "a chart",
    make: one({
      manifest: (manifest) => ({
        ...manifest,
        config: { ...(manifest["config"] as object), mediaType: "application/vnd.cncf.helm.config.v1+json" },
      }),
    }),
    code: "image.not-an-image",
    says: /artifact of the type "application\/vnd\.cncf\.helm/,
  },
  {
    name: "a descriptor of something that is no manifest",
    make: (layout) => layout.index([{ ...smallImage(layout), mediaType: "text/plain" }]),
    code: "image.not-an-image",
    says: /media type is "text\/plain"/,
  },
  {
    name: "a manifest of docker's schema 1",
    make: (layout) =>
      layout.index([
        layout.json("application/vnd.docker.distribution.manifest.v1+prettyjws", {
          schemaVersion: 1,
          fsLayers: [],
        }),
      ]),
    code: "image.schema-1",
    says: /schema 1/,
  },
  {
    name: "a document that is an index and a manifest",
    make: one({ manifest: (manifest) => ({ ...manifest, manifests: [] }) }),
    code: "image.bad-document",
    says: /an index and a manifest at once/,
  },
  {
    name: "a manifest that calls itself an index",
    make: one({ manifest: (manifest) => ({ ...manifest, mediaType: ociTypes.index }) }),
    code: "image.bad-document",
    says: /it says that it is/,
  },
  {
    name: "two hundred indexes in one another",
    make: (layout) => {
      let inner = smallImage(layout);
      for (let depth = 0; depth < 200; depth++)
        inner = layout.json(ociTypes.index, { schemaVersion: 2, manifests: [inner] });
      layout.index([inner]);
    },
    code: "image.bad-document",
    says: /more than 100 indexes/,
  },
  {
    name: "thousands of manifests",
    make: (layout) => {
      const manifest = smallImage(layout);
      const manifests = Array.from({ length: 2000 }, () => manifest);
      layout.index([layout.json(ociTypes.index, { schemaVersion: 2, manifests })]);
    },
    code: "image.bad-document",
    says: /more than 1000 manifests/,
  },
  {
    name: "embedded content that is not what its digest names",
    make: (layout) => layout.index([{ ...smallImage(layout), data: Buffer.from("{}").toString("base64") }]),
    code: "image.wrong-size",
    says: /read the manifest/,
  },
];

describe("a layout that is wrong", () => {
  test.each(rows)("$name is refused", async ({ make, tag, code, says }) => {
    await using place = scratch();
    const layout = newLayout(join(place.path, "layout"));
    make(layout);
    const reference = { kind: "oci", path: layout.path, ...(tag === undefined ? {} : { tag }) } as const;
    const opening = openImage(reference, { images: join(place.path, "images"), platform: amd64 });
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
  });

  test("a digest that would lead out of the layout is no digest", async () => {
    await using place = scratch();
    const layout = newLayout(join(place.path, "layout"));
    layout.index([{ ...smallImage(layout), digest: "sha256:../../../etc/passwd" }]);
    const opening = openImage(`oci:${layout.path}`, { images: place.path, platform: amd64 });
    await expect(opening).rejects.toMatchObject({
      code: expect.stringMatching(/^spec\.(invalid|bad-digest)$/),
    });
  });
});

describe("a layout that is unusual but right", () => {
  const opens = async (make: (layout: LayoutWriter) => void, tag = "") => {
    await using place = scratch();
    const layout = newLayout(join(place.path, "layout"));
    make(layout);
    await using image = await openImage(`oci:${layout.path}${tag}`, { images: place.path, platform: amd64 });
    expect(image.layers).toHaveLength(1);
    return image;
  };

  test("blobs may be symlinks", async () => {
    await opens((layout) => {
      const manifest = smallImage(layout);
      renameSync(file(layout, manifest.digest), join(layout.path, "elsewhere"));
      symlinkSync("../../elsewhere", file(layout, manifest.digest));
      layout.index([manifest]);
    });
  });

  test("documents may be embedded in their descriptors", async () => {
    await opens((layout) => {
      const manifest = smallImage(layout);
      const data = readFileSync(file(layout, manifest.digest)).toString("base64");
      rmSync(file(layout, manifest.digest));
      layout.index([{ ...manifest, data }]);
    });
  });

  test("the same image under two tags needs none", async () => {
    await opens((layout) => {
      const manifest = smallImage(layout);
      layout.index([
        { ...manifest, ...named("one") },
        { ...manifest, ...named("two") },
      ]);
    });
  });

  test("no layers, as Go writes them: null", async () => {
    await using place = scratch();
    const layout = newLayout(join(place.path, "layout"));
    const manifest = smallImage(layout, {
      config: { created: null, history: null, rootfs: { type: "layers", diff_ids: null } },
      manifest: (document) => ({ ...document, layers: null, annotations: null }),
    });
    layout.index([manifest]);
    await using image = await openImage(`oci:${layout.path}`, { images: place.path, platform: amd64 });
    expect([image.layers, image.manifest.layers, image.config.rootfs.diff_ids]).toEqual([[], [], []]);
  });

  test("platforms may stand in index.json itself, without names", async () => {
    const image = await opens((layout) => {
      const of = (architecture: string) => ({
        ...smallImage(layout, { architecture }),
        platform: { os: "linux", architecture },
      });
      layout.index([of("arm64"), of("amd64")]);
    });
    expect(image.platform).toEqual(amd64);
  });

  test("manifests in an index without platforms are told apart by their configurations", async () => {
    const image = await opens((layout) => {
      const manifests = ["arm64", "amd64"].map((architecture) => smallImage(layout, { architecture }));
      layout.index([layout.json(ociTypes.index, { schemaVersion: 2, manifests })]);
    });
    expect(image.config.architecture).toBe("amd64");
  });

  test("an image beside an artifact in one index is found", async () => {
    await opens((layout) => {
      const artifact = smallImage(layout, {
        manifest: (manifest) => ({
          ...manifest,
          config: layout.json("application/vnd.oci.empty.v1+json", {}),
          artifactType: "application/vnd.example",
        }),
      });
      layout.index([
        layout.json(ociTypes.index, { schemaVersion: 2, manifests: [artifact, smallImage(layout)] }),
      ]);
    });
  });

  test("a digest chooses as a tag does", async () => {
    await using place = scratch();
    const layout = newLayout(join(place.path, "layout"));
    const [one, two] = ["1", "2"].map((content) => smallImage(layout, { content }));
    layout.index([one, two]);
    for (const form of [`:${two?.digest}`, `@${two?.digest}`, `:@${two?.digest}`]) {
      await using image = await openImage(`oci:${layout.path}${form}`, {
        images: place.path,
        platform: amd64,
      });
      expect(image.manifestDescriptor.digest).toBe(two?.digest);
    }
  });

  test("containerd's names count as tags", async () => {
    const annotations = { "io.containerd.image.name": "docker.io/library/busy:latest" };
    for (const tag of ["busy", "busy:latest", "latest", "docker.io/library/busy:latest", "library/busy"]) {
      await opens((layout) => {
        const other = { annotations: { "io.containerd.image.name": "docker.io/library/other:1" } };
        layout.index([
          { ...smallImage(layout), annotations },
          { ...smallImage(layout, { content: "2" }), ...other },
        ]);
      }, `:${tag}`);
    }
  });
});
