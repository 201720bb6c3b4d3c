import type { IntelRdt, MemoryPolicy, NetDevice, Personality } from "../../oci/spec.ts";
import type { SpecOption } from "../context.ts";
import { editLinux } from "./edit.ts";

/** The execution domain: LINUX32 makes the machine look 32-bit to uname(2) (personality(2)). Since 1.0.2. */
export function withPersonality(domain: Personality["domain"]): SpecOption {
  return editLinux((linux) => ({ ...linux, personality: { ...linux.personality, domain } }));
}

/** Where the process's memory comes from (set_mempolicy(2)). Since 1.3.0. */
export function withMemoryPolicy(memoryPolicy: MemoryPolicy): SpecOption {
  return editLinux((linux) => ({ ...linux, memoryPolicy }));
}

/** Cache and memory bandwidth of Intel processors, over what is there (config-linux.md#intelrdt). */
export function withIntelRdt(intelRdt: IntelRdt): SpecOption {
  return editLinux((linux) => ({ ...linux, intelRdt: { ...linux.intelRdt, ...intelRdt } }));
}

/** A network device of the host that moves into the container's network namespace. Since 1.3.0. */
export function withNetDevice(host: string, device: NetDevice): SpecOption {
  return editLinux((linux) => ({ ...linux, netDevices: { ...linux.netDevices, [host]: device } }));
}
