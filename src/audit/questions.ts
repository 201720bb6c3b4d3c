import type { Questions } from "../kernel/view-type.ts";
import type { Spec } from "../oci/spec.ts";
import type { ClaimContext } from "./claim.ts";
import { bindSource } from "./claims/mount-source.ts";
import { resctrlFiles } from "./claims/resctrl.ts";
import { rootPath } from "./claims/root.ts";

/**
 * What `audit` wants of the kernel beyond what every view holds: give it to `viewProcess` as `questions`. Pure.
 * Paths are those of the config; nothing is looked up here.
 */
export function questions(spec: Spec, context: ClaimContext = {}): Questions {
  const { linux } = spec;
  const root = rootPath(spec, context.bundle);
  const sources = (spec.mounts ?? []).flatMap((mount) => bindSource(mount, context.bundle) ?? []);
  return {
    namespacePaths: (linux?.namespaces ?? []).flatMap(({ path }) => (path ? [path] : [])),
    paths: [
      "/",
      ...(spec.mounts ?? []).map((mount) => mount.destination),
      ...(linux?.maskedPaths ?? []),
      ...(linux?.readonlyPaths ?? []),
      ...(linux?.devices ?? []).map((device) => device.path),
    ],
    directories: linux?.maskedPaths ?? [],
    hostPaths: [...(root === undefined ? [] : [root]), ...sources],
    hostFiles: Object.values(resctrlFiles(spec, context) ?? {}),
    sysctls: Object.keys(linux?.sysctl ?? {}),
    seccompRules: linux?.seccomp !== undefined,
    windowSize: spec.process?.terminal === true && spec.process.consoleSize !== undefined,
    deviceAnswers: linux?.resources?.devices !== undefined,
    cgroupFiles: Object.keys(linux?.resources?.unified ?? {}),
  };
}
