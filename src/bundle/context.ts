import { readFileSync } from "node:fs";
import { capabilityNames } from "../oci/capabilities.ts";
import { platformOf } from "../oci/platform.ts";
import type { SpecContext } from "../spec/context.ts";
import { readInside, resolveInside, unlessDenied } from "./inside.ts";

const shell = "/bin/sh";

/** What the spec builder must know: users, groups and the shell as the rootfs has them, this machine's architecture and capabilities. */
export function readSpecContext(
  rootfs: string,
  given: Pick<SpecContext, "hostname" | "rootPath"> = {},
): SpecContext {
  return {
    ...given,
    ...hostContext(),
    passwd: unlessDenied(() => readInside(rootfs, "/etc/passwd"), undefined),
    group: unlessDenied(() => readInside(rootfs, "/etc/group"), undefined),
    shell: unlessDenied(() => resolveInside(rootfs, shell)?.stats.isFile(), false) ? shell : undefined,
  };
}

/** The part of it that is this machine's: architecture and capabilities. */
export function hostContext(): Pick<SpecContext, "architecture" | "grantable"> {
  return {
    architecture: platformOf(process.arch).architecture,
    grantable: capabilitiesIn(readFileSync("/proc/self/status", "utf8"), "CapBnd"),
  };
}

/** The capabilities of one set in the text of a /proc/PID/status file, in bit order. */
export function capabilitiesIn(status: string, set: "CapBnd" | "CapEff"): readonly string[] {
  const mask = BigInt(`0x${new RegExp(`^${set}:\\s*([0-9a-f]+)`, "m").exec(status)?.[1] ?? "0"}`);
  return capabilityNames.filter((_, bit) => ((mask >> BigInt(bit)) & 1n) === 1n);
}
