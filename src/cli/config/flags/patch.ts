import { type ConfigFlagTable, under } from "./table.ts";

/** For what no flag says. */
export const patchFlags = under("the rest", {
  "spec-patch": {
    kind: "list",
    value: "FILE",
    help: "change the finished config.json by a JSON Patch (a list) or a merge patch (an object); - is stdin",
    sets: ["/ociVersion"],
  },
} satisfies ConfigFlagTable);
