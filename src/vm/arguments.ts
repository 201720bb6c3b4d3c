import type { MachineSize, Share } from "./options.ts";
import type { MachinePlatform } from "./platform.ts";

export type Acceleration = "kvm" | "tcg";

/** All that decides QEMU's command line. */
export type MachinePlan = {
  readonly platform: MachinePlatform;
  readonly acceleration: Acceleration;
  readonly size: MachineSize;
  readonly kernel: string;
  readonly initramfs: string;
  readonly directory: string;
  readonly write: boolean;
  readonly shares: readonly Share[];
  readonly network: boolean;
  /** A file for the machine's memory: written to while a snapshot is made, read with changes kept private when one is restored. */
  readonly memoryFile?: { readonly path: string; readonly restore: boolean } | undefined;
};

/** The channels between QEMU and us in the order of the descriptors, from 3 on, on which QEMU finds their sockets. */
export const channels = ["console", "control", "job", "in", "out", "err", "monitor"] as const;
export type Channel = (typeof channels)[number];

/** QEMU's arguments for a machine. Pure: equal plans give equal arguments. */
export function machineArguments(plan: MachinePlan): readonly string[] {
  return [
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    ...processor(plan),
    ...memory(plan),
    ...[
      "-kernel",
      plan.kernel,
      "-initrd",
      plan.initramfs,
      "-append",
      kernelParameters(plan.platform).join(" "),
    ],
    ...channels.flatMap((name, index) => ["-chardev", `socket,id=${name},fd=${index + 3}`]),
    ...["-mon", "chardev=monitor,mode=control", "-serial", "chardev:console", "-device", "virtio-serial-pci"],
    ...port("control", 1),
    ...port("job", 2),
    ...port("in", 3),
    ...port("out", 4),
    ...port("err", 5),
    ...plan.platform.generation,
    ...folder("root", { path: "/", write: false }),
    ...folder("project", { path: plan.directory, write: plan.write }),
    ...plan.shares.flatMap((share, index) => folder(`share${index}`, share)),
    ...(plan.network
      ? ["-netdev", "user,id=network", "-device", "virtio-net-pci,netdev=network,romfile="]
      : []),
  ];
}

/**
 * The kernel's command line (kernel: Documentation/admin-guide/kernel-parameters.txt): messages on the serial port, a panic ends the machine at
 * once, cgroup v2 only, and nothing that costs an emulated boot time without a use in it.
 */
export function kernelParameters(platform: MachinePlatform): readonly string[] {
  return [
    ...[`console=${platform.console}`, "quiet", "panic=-1", "cgroup_no_v1=all", "random.trust_cpu=on"],
    ...["mitigations=off", "nokaslr", "audit=0", "apparmor=0", "selinux=0", "cryptomgr.notests"],
    ...["raid=noautodetect", "nomodeset", "rcupdate.rcu_expedited=1", ...platform.parameters],
  ];
}

function processor({ acceleration, size, platform }: MachinePlan): readonly string[] {
  const accel = acceleration === "kvm" ? "kvm" : "tcg,thread=multi";
  const cpu = acceleration === "kvm" ? "host" : "max";
  return ["-machine", platform.machine, "-accel", accel, "-cpu", cpu, "-smp", String(size.cpus)];
}

function memory({ memoryFile, size }: MachinePlan): readonly string[] {
  const amount = ["-m", `${size.memory}M`];
  if (memoryFile === undefined) return amount;
  const share = memoryFile.restore ? "off" : "on";
  const object = `memory-backend-file,id=ram,mem-path=${escaped(memoryFile.path)},size=${size.memory}M,share=${share}`;
  return [
    ...amount,
    "-machine",
    "memory-backend=ram",
    "-object",
    object,
    ...(memoryFile.restore ? ["-incoming", "defer"] : []),
  ];
}

function port(name: Channel, number: number): readonly string[] {
  return ["-device", `virtserialport,chardev=${name},name=${name},nr=${number}`];
}

function folder(tag: string, { path, write }: Share): readonly string[] {
  const access = write ? "off" : "on";
  return [
    "-fsdev",
    `local,id=${tag},path=${escaped(path)},security_model=none,multidevs=remap,readonly=${access}`,
    "-device",
    `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`,
  ];
}

/** QEMU reads a comma as the end of a value and two as one. */
function escaped(value: string): string {
  return value.replaceAll(",", ",,");
}
