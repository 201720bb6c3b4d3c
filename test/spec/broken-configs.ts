import { capabilities } from "./broken/capabilities.ts";
import { devicesAndHooks } from "./broken/devices-and-hooks.ts";
import { mounts } from "./broken/mounts.ts";
import { namespaces } from "./broken/namespaces.ts";
import { process } from "./broken/process.ts";
import { resources } from "./broken/resources.ts";
import { rest } from "./broken/rest.ts";
import { seccomp } from "./broken/seccomp.ts";
import type { BrokenConfig } from "./broken/shapes.ts";

/** At least one for each rule of lint.ts. */
export const brokenConfigs: readonly BrokenConfig[] = [
  ...process,
  ...capabilities,
  ...mounts,
  ...namespaces,
  ...devicesAndHooks,
  ...resources,
  ...rest,
  ...seccomp,
];
