import type { SpecOption } from "../context.ts";
import { editLinux } from "./edit.ts";

/** Kernel parameters of the container's namespaces, over those that are there (config-linux.md#sysctl). */
export function withSysctl(values: Readonly<Record<string, string>>): SpecOption {
  return editLinux((linux) => ({ ...linux, sysctl: { ...linux.sysctl, ...values } }));
}
