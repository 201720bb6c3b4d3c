import type { Cause } from "./cause.ts";
import { cgroupCauses } from "./cgroups.ts";
import { commandCauses } from "./command.ts";
import { configCauses } from "./config.ts";
import { criuCauses } from "./criu.ts";
import { engineCauses } from "./engines.ts";
import { limitCauses } from "./limits.ts";
import { lifeCauses } from "./lives.ts";
import { mountCauses } from "./mounts.ts";
import { namespaceCauses } from "./namespaces.ts";
import { rightsCauses } from "./rights.ts";
import { terminalCauses } from "./terminal.ts";

/** Every cause by which containers are known to fail, the most telling words first; docs/runtime-errors.md is printed from it. */
export const causes: readonly Cause[] = [
  ...criuCauses,
  ...lifeCauses,
  ...rightsCauses,
  ...terminalCauses,
  ...configCauses,
  ...commandCauses,
  ...limitCauses,
  ...cgroupCauses,
  ...namespaceCauses,
  ...mountCauses,
  ...engineCauses,
];
