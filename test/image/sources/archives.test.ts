import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openImage } from "../../../src/image/open.ts";
import { openArchive } from "../../../src/image/sources/archive.ts";
import { writeTar } from "../../../src/image/sources/tar-writer.ts";
import { parsePlatform } from "../../../src/oci/platform.ts";
import { type DockerParts, textMember, writeDockerArchive } from "../../support/docker-archive-writer.ts";
import { newLayout, sha256, smallImage, smallLayer } from "../../support/layout-writer.ts";
import { scratch } from "../../support/scratch.ts";

const platform = parsePlatform("linux/amd64");

type Row = {
  readonly name: string;
  readonly change?: (parts: DockerParts) => void;
  readonly spoil?: (file: string) => void;
  readonly code: string;
  readonly says: RegExp;
};

const symlink = (path: string, target: string) => ({ kind: "symlink", path, mode: 0o777, target }) as const;

const rows: readonly Row[] = [
  {
    name: "cut in a layer",
    spoil: (file) => truncateSync(file, 1000),
    code: "image.bad-archive",
    says: /ends in the middle of the member "L\/layer.tar"/,
  },
  {
    name: "cut in a header",
    spoil: (file) => truncateSync(file, 512 + 2048 + 100),
    code: "image.bad-archive",
    says: /a header is cut at byte 2560/,
  },
  {
    name: "empty",
    spoil: (file) => truncateSync(file, 0),
    code: "image.bad-archive",
    says: /it is no tar file/,
  },
  {
    name: "no tar file",
    spoil: (file) => writeFileSync(file, "x".repeat(4096)),
    code: "image.bad-archive",
    says: /what is at byte 0/,
  },
  {
    name: "with a header that has been changed",
    spoil: (file) => {
      const bytes = readFileSync(file);
      bytes[0] = 0x58;
      writeFileSync(file, bytes);
    },
    code: "image.bad-archive",
    says: /checksum/,
  },
  {
    name: "gzip and cut",
    spoil: (file) => writeFileSync(file, gzipSync(readFileSync(file)).subarray(0, -60)),
    code: "image.bad-archive",
    says: /cannot be decompressed/,
  },
  {
    name: "zstd and cut",
    spoil: (file) => writeFileSync(file, zstdCompressSync(readFileSync(file)).subarray(0, -60)),
    code: "image.bad-archive",
    says: /./,
  },
  {
    name: "compressed with lzma",
    spoil: (file) => writeFileSync(file, Buffer.from("5d00008000ffffff", "hex")),
    code: "image.bad-archive",
    says: /compressed with lzma/,
  },
  {
    name: "whose configuration is not what its name says",
    change: (parts) => {
      parts.configName = `${"1".repeat(64)}.json`;
    },
    code: "image.wrong-digest",
    says: /read the configuration sha256:1111/,
  },
  {
    name: "with fewer layers than diff_ids",
    change: (parts) => {
      parts.manifest = ({ configName }) => [{ Config: configName, RepoTags: [], Layers: [] }];
    },
    code: "image.layer-count",
    says: /lists 0 layers, the configuration 1 diff_ids/,
  },
  {
    name: "with three layers for two diff_ids",
    change: (parts) => {
      const id = `sha256:${sha256(smallLayer())}`;
      parts.config = { ...parts.config, rootfs: { type: "layers", diff_ids: [id, id] } };
      const Layers = Array.from({ length: 3 }, () => "L/layer.tar");
      parts.manifest = ({ configName }) => [{ Config: configName, RepoTags: [], Layers }];
    },
    code: "image.layer-count",
    says: /lists 3 layers, the configuration 2 diff_ids/,
  },
  {
    name: "without a layer that it lists",
    change: (parts) => {
      parts.members = [];
    },
    code: "image.blob-missing",
    says: /the layer "L\/layer.tar", which is not there/,
  },
  {
    name: "whose layers are symlinks in a circle",
    change: (parts) => {
      parts.members = [symlink("L/layer.tar", "../M/layer.tar"), symlink("M/layer.tar", "../L/layer.tar")];
    },
    code: "image.bad-archive",
    says: /lead in a circle/,
  },
  {
    name: "whose layer is a symlink out of it",
    change: (parts) => {
      parts.members = [symlink("L/layer.tar", "../../../../../etc/passwd")];
    },
    code: "image.blob-missing",
    says: /which is not there/,
  },
  {
    name: "whose layer is a path out of it",
    change: (parts) => {
      parts.manifest = ({ configName }) => [
        { Config: configName, RepoTags: [], Layers: ["../../../etc/passwd"] },
      ];
    },
    code: "image.blob-missing",
    says: /which is not there/,
  },
  {
    name: "whose layer is a member that has a name out of it",
    change: (parts) => {
      parts.members.push(textMember("../evil", smallLayer()));
      parts.manifest = ({ configName }) => [{ Config: configName, RepoTags: [], Layers: ["../evil"] }];
    },
    code: "image.blob-missing",
    says: /which is not there/,
  },
  {
    name: "that is compressed, with fewer layers than diff_ids",
    change: (parts) => {
      parts.manifest = ({ configName }) => [{ Config: configName, RepoTags: [], Layers: [] }];
    },
    spoil: (file) => writeFileSync(file, gzipSync(readFileSync(file))),
    code: "image.layer-count",
    says: /lists 0 layers/,
  },
  {
    name: "whose layer has other bytes than its configuration says, and is packed with xz",
    change: (parts) => {
      parts.members = [textMember("L/layer.tar", Buffer.from("fd377a585a0000000000", "hex"))];
    },
    code: "image.unknown-layer",
    says: /compressed with xz/,
  },
  {
    name: "whose manifest.json is no list",
    change: (parts) => {
      parts.manifest = () => ({});
    },
    code: "image.bad-document",
    says: /"manifest.json" in ".*": it is not a list/,
  },
  {
    name: "whose Layers are no strings",
    change: (parts) => {
      parts.manifest = ({ configName }) => [{ Config: configName, Layers: [1] }];
    },
    code: "image.bad-document",
    says: /\/0\/Layers is not a list of strings/,
  },
  {
    name: "of a docker before 1.10",
    change: (parts) => {
      parts.manifest = () => undefined;
      parts.members.push(textMember("repositories", "{}"));
    },
    code: "image.unrecognised",
    says: /older than 1\.10/,
  },
  {
    name: "of a root filesystem",
    spoil: (file) => writeFileSync(file, smallLayer()),
    code: "image.unrecognised",
    says: /without index\.json and manifest\.json/,
  },
  {
    name: "of two images, no tag given",
    change: (parts) => {
      parts.members.push(textMember("other.json", JSON.stringify({ ...parts.config, author: "another" })));
      parts.manifest = ({ configName }) => [
        { Config: configName, RepoTags: ["small:1"], Layers: ["L/layer.tar"] },
        { Config: "other.json", RepoTags: ["other:1"], Layers: ["L/layer.tar"] },
      ];
    },
    code: "image.ambiguous",
    says: /there are small:1, other:1/,
  },
];

describe("an archive that is wrong", () => {
  test.each(rows)("one $name is refused, and nothing is left", async ({ change, spoil, code, says }) => {
    await using place = scratch();
    const path = writeDockerArchive(join(place.path, "image.tar"), change);
    spoil?.(path);
    const images = join(place.path, "images");
    const opening = openImage(path, { images, platform });
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
    expect(existsSync(images) ? readdirSync(images) : []).toEqual([]);
  });

  test("one that decompresses to more than there is room for is given up", async () => {
    await using place = scratch();
    const path = join(place.path, "bomb.tar.gz");
    writeFileSync(path, gzipSync(Buffer.alloc(64 << 20)));
    const temporary = join(place.path, "images");
    const opening = openArchive(path, { temporary, most: 1 << 20 });
    await expect(opening).rejects.toMatchObject({ code: "image.archive-too-large" });
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("what the system refuses is an error that names the image", async () => {
    await using place = scratch();
    const path = join(place.path, "image.tar.gz");
    writeFileSync(path, gzipSync(readFileSync(writeDockerArchive(join(place.path, "image.tar")))));
    const opening = openImage(path, { images: join(place.path, "image.tar"), platform });
    await expect(opening).rejects.toMatchObject({
      code: "image.unreadable",
      message: expect.stringMatching(/open the image ".*image.tar.gz": the system answered "E(EXIST|NOTDIR)/),
    });
  });

  test("one that is cut off by its reader leaves nothing", async () => {
    await using place = scratch();
    const path = join(place.path, "image.tar.gz");
    writeFileSync(path, gzipSync(Buffer.alloc(64 << 20)));
    const images = join(place.path, "images");
    const opening = openImage(path, { images, signal: AbortSignal.timeout(20) });
    await expect(opening).rejects.toMatchObject({ name: "TimeoutError" });
    expect(readdirSync(images)).toEqual([]);
  });
});

describe("an archive that is unusual but right", () => {
  const opens = async (change: (parts: DockerParts) => void, tag = "", pack = (bytes: Buffer) => bytes) => {
    await using place = scratch();
    const path = writeDockerArchive(join(place.path, "image.tar"), change);
    writeFileSync(path, pack(readFileSync(path)));
    const reference = { kind: "docker-archive", path, ...(tag === "" ? {} : { tag: tag.slice(1) }) } as const;
    await using image = await openImage(reference, {
      images: join(place.path, "images"),
      platform,
    });
    expect(image.layers).toHaveLength(1);
    const [layer] = image.layers;
    const { path: file, offset, length } = layer?.span ?? { path, offset: 0, length: 0 };
    expect(sha256(readFileSync(file).subarray(offset, offset + length))).toBe(
      layer?.descriptor.digest.slice(7),
    );
    return image;
  };

  test.each([":small:1", ":small", "", ":1", ":@0", ":docker.io/library/small:1"])(
    "is opened with %j",
    async (tag) => {
      await opens((parts) => {
        const manifest = parts.manifest;
        parts.manifest = (names) =>
          (manifest(names) as object[]).map((entry) => ({ ...entry, RepoTags: ["small:latest", "small:1"] }));
      }, tag);
    },
  );

  test("its layer may be compressed, with a name that is no digest", async () => {
    for (const [pack, type] of [
      [gzipSync, "gzip"],
      [zstdCompressSync, "zstd"],
    ] as const) {
      const image = await opens((parts) => {
        parts.members = [textMember("L/layer.tar", pack(smallLayer()))];
      });
      expect(image.layers[0]?.descriptor.mediaType).toBe(`application/vnd.oci.image.layer.v1.tar+${type}`);
      expect(image.layers[0]?.diffId).toBe(`sha256:${sha256(smallLayer())}`);
    }
  });

  test.each([
    ["jib", "config.json", `${"e".repeat(64)}.tar.gz`],
    ["crane", (hex: string) => `sha256:${hex}`, `${"e".repeat(64)}.tar.gz`],
    ["podman", (hex: string) => `${hex}.json`, `${sha256(smallLayer())}.tar`],
    ["docker 25", (hex: string) => `blobs/sha256/${hex}`, `blobs/sha256/${sha256(smallLayer())}`],
  ] as const)("names as %s writes them are understood", async (_maker, configName, layer) => {
    await opens((parts) => {
      const hex = sha256(Buffer.from(JSON.stringify(parts.config)));
      parts.configName = typeof configName === "string" ? configName : configName(hex);
      parts.members = [textMember(layer, layer.endsWith(".gz") ? gzipSync(smallLayer()) : smallLayer())];
      parts.manifest = (names) => [{ Config: names.configName, RepoTags: ["small:1"], Layers: [layer] }];
    });
  });

  test("it may be compressed as a whole", async () => {
    await opens(() => {}, "", gzipSync);
    await opens(() => {}, "", zstdCompressSync);
    await opens(
      () => {},
      "",
      (bytes) => Buffer.concat([gzipSync(bytes.subarray(0, 700)), gzipSync(bytes.subarray(700))]),
    );
    await opens(
      () => {},
      "",
      (bytes) =>
        Buffer.concat([zstdCompressSync(bytes.subarray(0, 700)), zstdCompressSync(bytes.subarray(700))]),
    );
  });

  test("members that lead out are passed over, the last of a name counts, ./ and / in front do not", async () => {
    await opens((parts) => {
      const [layer] = parts.members;
      if (layer?.kind !== "file") throw new Error("the fixture has changed");
      parts.members = [
        textMember("../../evil", "x"),
        textMember("L/layer.tar", "not this"),
        { ...layer, path: "./L/layer.tar" },
        { kind: "directory", path: "/absolute", mode: 0o755 },
      ];
    });
  });

  test("layers shared by symlink are found", async () => {
    await opens((parts) => {
      parts.manifest = ({ configName }) => [{ Config: configName, RepoTags: null, Layers: ["M/layer.tar"] }];
      parts.members.push(symlink("M/layer.tar", "../L/layer.tar"));
    });
  });

  test("an OCI archive may have its members in any order", async () => {
    await using place = scratch();
    const layout = newLayout(join(place.path, "layout"));
    layout.index([smallImage(layout)]);
    const names = readdirSync(layout.path, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const members = names.map((entry) => {
      const name = join(entry.parentPath, entry.name).slice(layout.path.length);
      return textMember(`.${name}`, readFileSync(join(layout.path, name)));
    });
    for (const order of [members, members.toReversed()]) {
      writeFileSync(join(place.path, "image.tar"), writeTar(order, { mtime: 0 }));
      await using image = await openImage(join(place.path, "image.tar"), { images: place.path, platform });
      expect(image.reference.kind).toBe("oci-archive");
      expect(image.layers).toHaveLength(1);
    }
  });
});
