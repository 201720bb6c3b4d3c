import type { FlagTable, FlagValues } from "../flags.ts";
import { filesystemFlags } from "./flags/filesystem.ts";
import { identityFlags } from "./flags/identity.ts";
import { namespaceFlags } from "./flags/namespaces.ts";
import { patchFlags } from "./flags/patch.ts";
import { programFlags } from "./flags/program.ts";
import { resourceFlags } from "./flags/resources.ts";
import { rightFlags } from "./flags/rights.ts";
import { schedulingFlags } from "./flags/scheduling.ts";
import type { ConfigFlagTable } from "./flags/table.ts";

/** The flags of `docker run` (and a few more) that say something about config.json, by topic; options.ts turns each into a spec option. */
export const configFlags = {
  ...programFlags,
  ...identityFlags,
  ...filesystemFlags,
  ...namespaceFlags,
  ...rightFlags,
  ...resourceFlags,
  ...schedulingFlags,
  ...patchFlags,
} as const satisfies ConfigFlagTable;

export type ConfigValues = FlagValues<typeof configFlags>;

/** Which image of an index: beside the config flags wherever an image is opened. */
export const platformFlag = {
  platform: {
    kind: "value",
    value: "OS/ARCH[/VARIANT]",
    help: "which image of an index (default: this machine's)",
  },
} as const satisfies FlagTable;
