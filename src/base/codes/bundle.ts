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
  "bundle.unwritable": {
    meaning: "The bundle's directory could not be written.",
    remedy: "Check that its parent exists, can be written to and has room.",
  },
} as const satisfies CodeTable;
