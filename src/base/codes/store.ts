import type { CodeTable } from "./table.ts";

export const storeCodes = {
  "image.no-such-name": {
    meaning: "The image store holds no image of this name, digest or id.",
    remedy: "`ocilab image list` says what there is; `ocilab pull` brings more.",
  },
  "image.not-stored": {
    meaning: "The image is not in the store, and `--pull never` forbids to fetch it.",
    remedy: "`ocilab pull` it first, or leave out `--pull never`.",
  },
  "image.store-full": {
    meaning: "There is no room for the image where the store is.",
    remedy:
      "`ocilab image prune` removes what no image needs; `OCILAB_HOME` moves the store to another place.",
  },
  "image.store-damaged": {
    meaning: "Bytes in the image store are not what they were when they were written.",
    remedy: "`ocilab pull --verify` fetches what is damaged again.",
  },
  "image.several-names": {
    meaning: "The digest or id is that of an image with several names, and it is not clear which is meant.",
    remedy: "Give a name, or `--force` to remove the image with all its names.",
  },
  "image.not-exported": {
    meaning: "The image could not be written where it should go.",
    remedy: "The message gives the kernel's error; what was written has been removed.",
  },
} as const satisfies CodeTable;
