import { OcilabError } from "../base/errors.ts";

/** What differs between processors. */
export type MachinePlatform = {
  readonly qemu: string;
  readonly qemuPackage: string;
  readonly machine: string;
  /** The kernel's name for QEMU's first serial port. */
  readonly console: string;
  readonly kernelPackage: string;
  /** Kernel parameters that only this processor has. */
  readonly parameters: readonly string[];
  /** QEMU's device that tells a restored kernel to draw new random numbers. */
  readonly generation: readonly string[];
};

const platforms: Readonly<Record<string, MachinePlatform>> = {
  x64: {
    qemu: "qemu-system-x86_64",
    qemuPackage: "qemu-system-x86",
    machine: "pc",
    console: "ttyS0",
    kernelPackage: "linux-image-amd64",
    parameters: ["tsc=unstable", "no_timer_check", "8250.nr_uarts=1"],
    generation: ["-device", "vmgenid,guid=auto"],
  },
  arm64: {
    qemu: "qemu-system-aarch64",
    qemuPackage: "qemu-system-arm",
    machine: "virt,gic-version=max",
    console: "ttyAMA0",
    kernelPackage: "linux-image-arm64",
    parameters: [],
    generation: [],
  },
};

/** The platform of this host: a machine runs the host's own programs, so it has the host's processor. Error: "vm.no-kernel" for another. */
export function machinePlatform(architecture: string = process.arch): MachinePlatform {
  const platform = platforms[architecture];
  if (platform !== undefined) return platform;
  throw new OcilabError("vm.no-kernel", {
    doing: "choose a machine",
    got: `there is none for the processor ${architecture}`,
    hint: `machines exist for ${Object.keys(platforms).join(" and ")}`,
  });
}
