import type { Explanations } from "./table.ts";

const machine = "config-vm.md#vm-configuration";

/** Virtual machines, and the systems that are not Linux. */
export const machineExplanations: Explanations = {
  "/vm": [
    machine,
    "Describes a virtual machine around the container, for runtimes that start one; runc and crun pass over it.",
  ],
  "/vm/hypervisor": [machine, "Is the program that runs the machine."],
  "/vm/hypervisor/path": [machine, "Is where it is on the host."],
  "/vm/hypervisor/parameters": [machine, "Are its arguments."],
  "/vm/kernel": [machine, "Is the kernel that the machine boots."],
  "/vm/kernel/path": [machine, "Is where its image is on the host."],
  "/vm/kernel/parameters": [machine, "Is its command line, /proc/cmdline inside."],
  "/vm/kernel/initrd": [machine, "Is the initial RAM disk on the host."],
  "/vm/image": [machine, "Is the disk that the machine has as root."],
  "/vm/image/path": [machine, "Is where that disk's file is on the host."],
  "/vm/image/format": [machine, "Is how the file is written: raw, qcow2, vdi, vmdk or vhd."],
  "/vm/hwConfig": [machine, "Describes the machine's hardware."],
  "/vm/hwConfig/deviceTree": [machine, "Is the file with the description of the devices."],
  "/vm/hwConfig/vcpus": [machine, "Counts the processors."],
  "/vm/hwConfig/memory": [machine, "Is how much memory the machine has, in bytes."],
  "/vm/hwConfig/dtdevs": [machine, "Lists devices of the host's tree that the machine gets."],
  "/vm/hwConfig/iomems": [machine, "Lists ranges of device memory that the machine gets."],
  "/vm/hwConfig/iomems/*": [machine, "Is one such range."],
  "/vm/hwConfig/iomems/*/firstGFN": [machine, "Is its first page as the machine sees it."],
  "/vm/hwConfig/iomems/*/firstMFN": [machine, "Is its first page on the host."],
  "/vm/hwConfig/iomems/*/nrMFNs": [machine, "Counts its pages."],
  "/vm/hwConfig/irqs": [machine, "Lists the interrupts that the machine gets."],
  "/freebsd": [
    "config-freebsd.md#freebsd-container-configuration",
    "Holds what only FreeBSD has, its jails; Linux runtimes pass over it.",
  ],
  "/zos": [
    "config-zos.md#zos-container-configuration",
    "Holds what only z/OS has; Linux runtimes pass over it.",
  ],
  "/solaris": [
    "config-solaris.md#solaris-application-container-configuration",
    "Holds what only Solaris has, its zones; Linux runtimes pass over it.",
  ],
  "/windows": [
    "config-windows.md#windows-specific-container-configuration",
    "Holds what only Windows has; Linux runtimes pass over it.",
  ],
};
