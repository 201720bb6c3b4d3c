import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "../../src/base/process.ts";
import { dockerSave } from "./docker-daemon.ts";
import { layerSteps } from "./image-tree.ts";
import { type LooseDescriptor, newLayout, ociTypes } from "./layout-writer.ts";
import type { Need } from "./needs.ts";
import { writeOldDockerArchive } from "./old-docker-archive.ts";

/** One way of making a real image. `make` writes below an existing empty directory and returns the reference, with absolute paths. */
export type ImageMaker = {
  readonly name: string;
  readonly needs: readonly Need[];
  make(directory: string): Promise<string>;
};

/**
 * Images of different make; all but buildah's have the three layers of image-tree.ts. Use with `describeWith(maker.needs, …)` and `scratch()`.
 * Nothing is left outside the directory.
 */
export const imageMakers: readonly ImageMaker[] = [
  {
    name: "umoci layout",
    needs: ["root", "umoci"],
    make: async (directory) => `oci:${await umociLayout(directory)}:three`,
  },
  {
    name: "skopeo docker-archive",
    needs: ["root", "umoci", "skopeo"],
    make: (directory) => copied(directory, "docker-archive", ["example.org/lab/three:1"]),
  },
  {
    name: "skopeo oci-archive",
    needs: ["root", "umoci", "skopeo"],
    make: (directory) => copied(directory, "oci-archive", ["three"]),
  },
  {
    name: "skopeo zstd layout",
    needs: ["root", "umoci", "skopeo"],
    make: (directory) => copied(directory, "oci", ["zstd"], ["--dest-compress-format", "zstd"]),
  },
  { name: "skopeo docker schema 2 layout", needs: ["root", "umoci", "skopeo"], make: schema2Layout },
  {
    name: "buildah docker-archive",
    needs: ["root", "buildah"],
    make: (directory) => buildah(directory, "docker-archive"),
  },
  {
    name: "buildah oci-archive",
    needs: ["root", "buildah"],
    make: (directory) => buildah(directory, "oci-archive"),
  },
  {
    name: "docker save",
    needs: ["root", "buildah", "unshare", "dockerd"],
    make: (directory) => saved(directory, "vfs"),
  },
  {
    name: "docker save, containerd store",
    needs: ["root", "buildah", "unshare", "../shared/peers"],
    make: (directory) => saved(directory, "containerd"),
  },
  { name: "docker save as before docker 25", needs: ["root", "umoci"], make: oldSave },
  {
    name: "index of several platforms",
    needs: ["root", "umoci"],
    make: async (directory) => `oci:${await platformIndex(directory)}:many`,
  },
];

/** An OCI layout DIRECTORY/layout with the image `three` of these layers (image-tree.ts) and a configuration that sets everything. Returns its path. */
export async function umociLayout(directory: string, steps = layerSteps): Promise<string> {
  const layout = join(directory, "layout");
  const image = `${layout}:three`;
  const bundle = join(directory, "umoci-bundle");
  await must("umoci", ["init", "--layout", layout]);
  await must("umoci", ["new", "--image", image]);
  await must("umoci", ["unpack", "--image", image, bundle]);
  for (const step of steps) {
    step(join(bundle, "rootfs"));
    await must("umoci", ["repack", "--refresh-bundle", "--image", image, bundle]);
  }
  rmSync(bundle, { recursive: true });
  const flags = Object.entries(configuration).flatMap(([flag, values]) =>
    values.map((value) => `--${flag}=${value}`),
  );
  await must("umoci", ["config", "--image", image, "--no-history", ...flags]);
  await must("umoci", ["gc", "--layout", layout]);
  return layout;
}

const configuration = {
  author: ["ocilab tests"],
  "config.user": ["ada:wheel"],
  "config.workingdir": ["/var/data"],
  "config.env": ["GREETING=hello"],
  "config.entrypoint": ["/bin/sh", "-c"],
  "config.cmd": ["id"],
  "config.label": ["org.example.lab=three"],
  "config.stopsignal": ["SIGUSR1"],
  "config.exposedports": ["80/tcp"],
  "config.volume": ["/var/data"],
} as const;

/** Environment in which skopeo keeps its caches below `directory` instead of /var/lib/containers. */
export function containersEnvironment(directory: string): Readonly<Record<string, string | undefined>> {
  return {
    ...process.env,
    _CONTAINERS_ROOTLESS_UID: "1",
    XDG_DATA_HOME: join(directory, "data"),
    TMPDIR: directory,
  };
}

/** Run a program that has to succeed; its standard output. */
export async function must(
  program: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string | undefined>>; readonly cwd?: string } = {},
): Promise<string> {
  const result = await runProgram(program, args, options);
  if (result.exitCode === 0) return result.stdout;
  throw new Error(
    `${program} ${args.join(" ")} ended with ${result.exitCode}: ${result.stderr || result.stdout}`,
  );
}

async function copied(
  directory: string,
  kind: "oci" | "oci-archive" | "docker-archive",
  [tag = ""]: readonly string[],
  flags: readonly string[] = [],
): Promise<string> {
  const from = `oci:${await umociLayout(directory)}:three`;
  const to = `${kind}:${join(directory, kind === "oci" ? "copy" : "image.tar")}:${tag}`;
  await must("skopeo", ["copy", "--quiet", "--insecure-policy", ...flags, from, to], {
    env: containersEnvironment(directory),
  });
  return to;
}

/** skopeo writes docker's media types only into its own dir: layout, so a layout is made of that by hand. */
async function schema2Layout(directory: string): Promise<string> {
  const from = `oci:${await umociLayout(directory)}:three`;
  const plain = join(directory, "plain");
  const flags = ["copy", "--quiet", "--insecure-policy", "--format", "v2s2"];
  await must("skopeo", [...flags, from, `dir:${plain}`], { env: containersEnvironment(directory) });
  const layout = newLayout(join(directory, "schema2"));
  const bytes = readFileSync(join(plain, "manifest.json"));
  const manifest = JSON.parse(bytes.toString()) as {
    config: { digest: string };
    layers: { digest: string }[];
  };
  for (const { digest } of [manifest.config, ...manifest.layers]) {
    layout.blob("", readFileSync(join(plain, digest.slice("sha256:".length))));
  }
  layout.index([layout.blob("application/vnd.docker.distribution.manifest.v2+json", bytes)]);
  return `oci:${layout.path}`;
}

/** Two layers: a busybox, then another file; buildah's storage lies below `directory` until it is removed here. */
async function buildah(directory: string, kind: "oci-archive" | "docker-archive"): Promise<string> {
  const tree = join(directory, "tree");
  const storage = join(directory, "storage");
  const options = [
    "--storage-driver",
    "vfs",
    "--root",
    join(storage, "root"),
    "--runroot",
    join(storage, "run"),
  ];
  const run = async (...args: string[]) =>
    (
      await must("buildah", [...options, ...args], {
        env: { ...containersEnvironment(directory), BUILDAH_ISOLATION: "chroot" },
      })
    ).trim();
  for (const step of layerSteps.slice(0, 1)) step(newDirectory(tree));
  const first = await run("from", "scratch");
  await run("copy", "--quiet", first, tree, "/");
  await run("config", "--cmd", "sh", "--label", "org.example.lab=buildah", first);
  await run("commit", "--quiet", first, "localhost/lab:1");
  const second = await run("from", "localhost/lab:1");
  writeFileSync(join(directory, "added"), "added\n");
  await run("copy", "--quiet", "--chown", "1000:1000", second, join(directory, "added"), "/etc/added");
  await run("commit", "--quiet", second, "localhost/lab:2");
  const to = `${kind}:${join(directory, "image.tar")}:localhost/lab:2`;
  await run("push", "--quiet", "localhost/lab:2", to);
  await run("rm", "--all");
  rmSync(storage, { recursive: true });
  return to;
}

/**
 * What a real dockerd writes, after it has loaded buildah's image. (umoci 0.4.7 writes a whiteout below a directory that the same layer makes a
 * file; docker refuses to load that.)
 */
async function saved(directory: string, store: "vfs" | "containerd"): Promise<string> {
  const load = join(directory, "image.tar");
  await buildah(directory, "docker-archive");
  const save = join(directory, "saved.tar");
  await dockerSave({ load, save, directory, store, names: ["localhost/lab:2"] });
  return `docker-archive:${save}:localhost/lab:2`;
}

async function oldSave(directory: string): Promise<string> {
  const layout = await umociLayout(directory);
  const file = join(directory, "old.tar");
  writeOldDockerArchive(file, [{ layout, tag: "three", names: ["lab/three:1", "lab/three:latest"] }]);
  return `docker-archive:${file}:lab/three:1`;
}

/** An index of linux/amd64, linux/arm64 (the same files), and an attestation, below the tag `many`; returns the layout's path. */
export async function platformIndex(directory: string): Promise<string> {
  const path = await umociLayout(directory);
  const layout = newLayout(path);
  const { manifests } = JSON.parse(readFileSync(join(path, "index.json"), "utf8")) as {
    manifests: LooseDescriptor[];
  };
  const [first] = manifests;
  if (first === undefined) throw new Error("umoci wrote no manifest");
  const read = (digest: string) =>
    JSON.parse(readFileSync(join(path, "blobs/sha256", digest.slice(7)), "utf8"));
  const manifest = read(first.digest);
  const config = layout.json(ociTypes.config, {
    ...read(manifest.config.digest),
    architecture: "arm64",
    variant: "v8",
  });
  const arm = layout.json(ociTypes.manifest, { ...manifest, config });
  const attestation = { "vnd.docker.reference.type": "attestation-manifest" };
  const index = layout.json(ociTypes.index, {
    schemaVersion: 2,
    mediaType: ociTypes.index,
    manifests: [
      { ...arm, platform: { os: "linux", architecture: "arm64", variant: "v8" } },
      { ...first, platform: { os: "linux", architecture: "amd64" } },
      { ...arm, platform: { os: "unknown", architecture: "unknown" }, annotations: attestation },
    ],
  });
  layout.index([{ ...index, annotations: { "org.opencontainers.image.ref.name": "many" } }]);
  return path;
}

function newDirectory(path: string): string {
  mkdirSync(path);
  return path;
}
