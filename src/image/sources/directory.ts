import { join } from "node:path";
import type { Cancel } from "../../base/brand.ts";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import type { ImageSource } from "../image.ts";
import { directoryTree, statOf } from "./file-tree.ts";
import { openDirectoryRootfs } from "./rootfs/directory.ts";
import { isSkopeoDirectory, skopeoDirectorySource } from "./skopeo-directory.ts";

/**
 * What `dir:` names: a directory that skopeo's transport of that name has written, or else one that is a root filesystem. Errors: "image.unrecognised"
 * for an OCI image layout, "image.is-bundle" for a bundle, those of either source.
 */
export async function openDirectory(
  path: string,
  options: Cancel & { readonly images: string },
): Promise<ImageSource> {
  const files = directoryTree(path);
  if (await isSkopeoDirectory(files)) return skopeoDirectorySource(files);
  refuseOthers(path);
  return await openDirectoryRootfs(path, options);
}

function refuseOthers(path: string): void {
  const has = (name: string): boolean => statOf(join(path, name)) !== undefined;
  const doing = `open the root filesystem ${quote(path)}`;
  if (["bin", "etc", "usr", "sbin"].some(has)) return;
  if (has("oci-layout") && has("index.json")) {
    const got = "it is an OCI image layout";
    throw new OcilabError("image.unrecognised", { doing, got, hint: `write oci:${path}` });
  }
  if (!has("config.json") || !has("rootfs")) return;
  throw new OcilabError("image.is-bundle", {
    doing,
    got: "it is a bundle, whose root filesystem is in the directory rootfs",
    hint: `write dir:${join(path, "rootfs")}`,
  });
}
