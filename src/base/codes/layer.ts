import type { CodeTable } from "./table.ts";

export const layerCodes = {
  "layer.needs-root": {
    meaning:
      "Unpacking layers sets owners, devices and security attributes, which only root may, if only of a user namespace.",
    remedy: "Run the command as root, or with id maps for a user namespace.",
  },
  "layer.unmapped-owner": {
    meaning: "A file of the image belongs to an id that the user who unpacks it has not been granted.",
    remedy:
      "Grant more ids in /etc/subuid and /etc/subgid, or unpack with `--single-id`, which notes the owners in an attribute.",
  },
  "layer.target-not-empty": {
    meaning:
      "The directory that layers are to be unpacked into is missing, is no directory or holds something.",
    remedy: "Give a new, empty directory.",
  },
  "layer.digest-mismatch": {
    meaning: "The bytes of a layer, as stored or uncompressed, are not those that the image promises.",
    remedy: "The image is damaged or was tampered with: copy it again from its source.",
  },
  "layer.size-mismatch": {
    meaning: "A layer has more or fewer bytes than the image promises.",
    remedy: "The image is damaged or cut short: copy it again from its source.",
  },
  "layer.unknown-compression": {
    meaning: "A layer is neither a tar archive nor one compressed with gzip or zstd.",
    remedy: "Make the image anew with gzip, zstd or uncompressed layers.",
  },
  "layer.broken-compression": {
    meaning: "A layer's compressed data is damaged or ends too soon.",
    remedy: "The image is damaged: copy it again from its source.",
  },
  "layer.malformed-archive": {
    meaning: "A layer's tar archive breaks the rules of its format.",
    remedy: "The message names the entry and the field. Make the image anew with another program.",
  },
  "layer.refused-entry": {
    meaning:
      "An entry of a layer would do what no honest layer does, such as lead out of the root filesystem.",
    remedy:
      "Do not trust the image. If it is your own, make it anew without the entry that the message names.",
  },
  "layer.limit": {
    meaning: "A layer exceeds a limit that keeps hostile images from filling disk or memory.",
    remedy: "The message names the limit. If the image is to be trusted, raise it: `--limit NAME=VALUE`.",
  },
  "layer.write-failed": {
    meaning: "The root filesystem could not be written.",
    remedy:
      "The message gives the kernel's error name: make room, or choose a file system that can hold the entry.",
  },
  "layer.no-snapshot": {
    meaning: "A layer cannot be kept unpacked for overlay mounts, here or anywhere.",
    remedy: "Nothing need be done: the root filesystem is made as a copy then.",
  },
  "layer.helper-died": {
    meaning: "The process that unpacks layers ended before it was done. What it had written is removed.",
    remedy: "Run the command again; look for the kernel's out-of-memory message if it happens again.",
  },
} as const satisfies CodeTable;
