import type { CodeTable } from "./table.ts";

export const bundleCodes = {
  "bundle.exists": {
    meaning: "The directory for the bundle is there already and holds something.",
    remedy: "Name a new or an empty directory, or remove this one first.",
  },
  "bundle.no-config": {
    meaning: "The directory holds no config.json and so is no bundle.",
    remedy: "Name the directory that holds config.json; the message says where one was seen nearby.",
  },
  "bundle.no-rootfs": {
    meaning: "The directory that root.path of config.json names is not there.",
    remedy:
      "root.path is relative to the bundle. `runc spec` writes config.json only; the rootfs is yours to make.",
  },
  "bundle.invalid": {
    meaning: "The bundle has problems that would keep it from running.",
    remedy: "Each problem names its place in config.json and what to do about it.",
    exit: 3,
  },
  "bundle.not-mounted": {
    meaning:
      "The bundle's rootfs is an overlay mount, and it is not mounted: the machine was restarted, say.",
    remedy: "Mount it again with `ocilab mount DIR`.",
  },
  "bundle.no-overlay": {
    meaning: "The bundle's rootfs is a plain directory, not an overlay mount of ocilab's.",
    remedy: "Nothing need be mounted or unmounted.",
  },
  "bundle.bad-overlay": {
    meaning: "The files that say of what a bundle's overlay mount is made are damaged.",
    remedy: "Make the bundle anew. What was written in it is in overlay/upper.",
  },
  "bundle.snapshot-gone": {
    meaning: "An unpacked layer that a bundle's overlay mount needs is not in the store.",
    remedy: "Make the bundle anew from its image. What was written in it is in overlay/upper.",
  },
  "bundle.mount-failed": {
    meaning: "The overlay mount of a bundle's rootfs could not be made, or not be removed.",
    remedy: "The message gives the kernel's error name. `--copy` makes a bundle without a mount.",
  },
  "bundle.in-use": {
    meaning: "A container was made from the bundle, or something works in its rootfs.",
    remedy: "Delete the container first, and leave the directory.",
  },
  "bundle.not-ours": {
    meaning: "The directory holds more than a bundle of ocilab's does, so it is not removed.",
    remedy: "Look at what the message names. Without --delete only the mount goes.",
  },
  "bundle.unwritable": {
    meaning: "The bundle's directory could not be written.",
    remedy: "Check that its parent exists, can be written to and has room.",
  },
} as const satisfies CodeTable;
