import type { ClaimFamily } from "./claim.ts";
import { capabilityClaims } from "./claims/capabilities.ts";
import { cgroupClaims } from "./claims/cgroups.ts";
import { deviceClaims } from "./claims/devices.ts";
import { hookClaims } from "./claims/hooks.ts";
import { idMapClaims } from "./claims/id-maps.ts";
import { mountOrderClaims } from "./claims/mount-order.ts";
import { mountClaims } from "./claims/mounts.ts";
import { namespaceClaims } from "./claims/namespaces.ts";
import { networkClaims } from "./claims/network.ts";
import { pathClaims } from "./claims/paths.ts";
import { processClaims } from "./claims/process.ts";
import { resctrlClaims } from "./claims/resctrl.ts";
import { rlimitClaims } from "./claims/rlimits.ts";
import { rootClaims } from "./claims/root.ts";
import { schedulingClaims } from "./claims/scheduling.ts";
import { seccompClaims } from "./claims/seccomp.ts";
import { securityClaims } from "./claims/security.ts";
import { sysctlClaims } from "./claims/sysctl.ts";
import { userClaims } from "./claims/user.ts";
import { utsClaims } from "./claims/uts.ts";

/** All families in the order in which findings are shown. */
export const families: readonly ClaimFamily[] = [
  processClaims,
  userClaims,
  capabilityClaims,
  rlimitClaims,
  securityClaims,
  schedulingClaims,
  rootClaims,
  mountClaims,
  mountOrderClaims,
  pathClaims,
  deviceClaims,
  utsClaims,
  namespaceClaims,
  idMapClaims,
  networkClaims,
  sysctlClaims,
  seccompClaims,
  cgroupClaims,
  resctrlClaims,
  hookClaims,
];
