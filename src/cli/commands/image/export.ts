import type { Digest } from "../../../oci/image.ts";
import { defineCommand } from "../../command.ts";
import { allPlatformsFlag, sourceFlags } from "../../config/flags.ts";
import { oneLine } from "../../render/terminal.ts";
import { bytes } from "../../render/value.ts";
import { imageArgument } from "../shared.ts";

export type ExportValue = {
  readonly image: string;
  /** Of the manifest; with --all-platforms of the index, where it is one. */
  readonly manifest: Digest;
  readonly kind: "oci" | "oci-archive" | "docker-archive";
  /** "-" is standard output. */
  readonly path: string;
  readonly tag: string | null;
  readonly name: string | null;
  readonly bytes: number;
};

export const command = defineCommand({
  name: "image export",
  group: "image to bundle",
  summary: "write an image to a file or directory that skopeo, podman and docker load",
  description:
    "Writes oci:DIR[:TAG], an OCI layout (one that is there gets the image in addition); oci-archive:FILE[:TAG]; docker-archive:FILE[:NAME:TAG], for docker load; or a plain FILE or DIR/. FILE - is standard output. Blobs are copied as they are and verified on the way, so digests stay; the same image gives the same bytes. With --all-platforms the whole index is written: of an image that was pulled so, of a layout, or of a registry, which is then only read. All or nothing.",
  arguments: [
    imageArgument,
    {
      name: "TARGET",
      required: true,
      help: "oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME:TAG], FILE, DIR/ or -",
    },
  ],
  flags: { ...sourceFlags, ...allPlatformsFlag },
  examples: [
    { line: "ocilab image export alpine:3.20 docker-archive:alpine.tar", says: "for docker load" },
    { line: "ocilab image export app:1 oci:layout:v1", says: "a layout, or one image more in it" },
    { line: "ocilab image export --all-platforms app:1 oci:layout:v1", says: "the whole index" },
    { line: "ocilab image export app:1 docker-archive:- | docker load", says: "without a file" },
  ],
  async run({ flags, positionals: [reference = "", text = ""] }, context): Promise<{ value: ExportValue }> {
    const { exportReference } = await import("../../image-export.ts");
    const { parseTarget } = await import("../../../image/export/target.ts");
    const { refuseStdout } = await import("../../stdout.ts");
    const target = parseTarget(text);
    if (target.path === "-") refuseStdout(context);
    return { value: await exportReference({ reference, target, flags }, context) };
  },
  render: ({ image, kind, path, bytes: written }) =>
    path === "-" ? "" : `${kind}:${oneLine(path)}: ${oneLine(image)}, ${bytes(written)}\n`,
});
