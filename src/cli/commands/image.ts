import { defineCommandGroup } from "../command.ts";

export const command = defineCommandGroup({
  name: "image",
  group: "image to bundle",
  summary: "look at images, and at the store that `pull` fills",
  description:
    "Commands about images: those of the store, and those that a reference such as oci:DIR:TAG or docker-archive:FILE names. `ocilab image COMMAND --help` describes one.",
  subcommands: {
    loaders: {
      list: () => import("./image/list.ts"),
      inspect: () => import("./image/inspect.ts"),
      history: () => import("./image/history.ts"),
      layers: () => import("./image/layers.ts"),
      diff: () => import("./image/diff.ts"),
      export: () => import("./image/export.ts"),
      remove: () => import("./image/remove.ts"),
      prune: () => import("./image/prune.ts"),
    },
    aliases: { ls: "list", rm: "remove" },
  },
  examples: [
    { line: "ocilab image inspect busybox", says: "what the built-in image says" },
    { line: "ocilab image inspect --help", says: "its flags" },
  ],
});
