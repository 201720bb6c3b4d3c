import type { Seccomp, SeccompSyscall } from "../../oci/spec.ts";
import { parseCapability } from "../capability.ts";
import { badValue } from "../parse/bad-value.ts";

/**
 * A profile in the form that docker and podman take: the rules of several machines, kernels and capabilities in one (the Go types of
 * moby's and containers-common's seccomp packages describe it). Nothing is checked here beyond what is read.
 */
export type EngineProfile = Omit<Seccomp, "syscalls" | "architectures"> & {
  readonly architectures?: NonNullable<Seccomp["architectures"]>;
  readonly archMap?:
    | readonly {
        readonly architecture: Architecture;
        readonly subArchitectures?: readonly Architecture[] | null;
      }[]
    | null;
  readonly syscalls?: readonly EngineRule[] | null;
  /** The name of defaultErrnoRet; podman writes both. */
  readonly defaultErrno?: string;
};
type Architecture = NonNullable<Seccomp["architectures"]>[number];
type EngineRule = Omit<SeccompSyscall, "names"> & {
  readonly name?: string;
  /** The name of errnoRet; podman writes both. */
  readonly errno?: string;
  readonly names?: readonly string[] | null;
  readonly includes?: Filter | null;
  readonly excludes?: Filter | null;
};
type Filter = {
  readonly caps?: readonly string[];
  readonly arches?: readonly string[];
  readonly minKernel?: string;
};

/** What the rules of such a profile depend on. `architecture` as image platforms spell it, `kernel` as uname -r prints it. */
export type ProfileWorld = {
  readonly architecture: string;
  readonly capabilities: readonly string[];
  readonly kernel: string;
};

/**
 * The profile for one container, as config.json has it: the rules that hold there, without their conditions. Errors: "spec.bad-option"
 * for an errno that has a name alone, "spec.unknown-capability".
 */
export function resolveEngineProfile(profile: EngineProfile, world: ProfileWorld): Seccomp {
  const { archMap, architectures, syscalls, defaultErrno, ...rest } = profile;
  refuseNamed(defaultErrno, profile.defaultErrnoRet);
  const native = nativeAbis[world.architecture];
  const mapped = archMap?.find(({ architecture }) => architecture === native);
  const abis =
    mapped === undefined ? architectures : [mapped.architecture, ...(mapped.subArchitectures ?? [])];
  const kept = (syscalls ?? []).filter(
    ({ includes, excludes }) => isIncluded(includes ?? {}, world) && !isExcluded(excludes ?? {}, world),
  );
  return {
    ...rest,
    ...(abis === undefined || abis.length === 0 ? {} : { architectures: [...abis] }),
    syscalls: kept.map(asRule),
  };
}

/** Libseccomp's names of the machines' own ABIs. */
const nativeAbis: Readonly<Record<string, Architecture>> = {
  amd64: "SCMP_ARCH_X86_64",
  "386": "SCMP_ARCH_X86",
  arm64: "SCMP_ARCH_AARCH64",
  arm: "SCMP_ARCH_ARM",
  ppc64le: "SCMP_ARCH_PPC64LE",
  riscv64: "SCMP_ARCH_RISCV64",
  s390x: "SCMP_ARCH_S390X",
};

function asRule({ name, names, action, errno, errnoRet, args }: EngineRule): SeccompSyscall {
  refuseNamed(errno, errnoRet);
  return {
    names: [...(names ?? []), ...(name === undefined || name === "" ? [] : [name])],
    action,
    ...(errnoRet === undefined ? {} : { errnoRet }),
    ...(args === undefined || args === null || args.length === 0 ? {} : { args }),
  };
}

/** Numbers of errors differ between machines (errno(3)): only those that the profile has itself are taken. */
function refuseNamed(name: string | undefined, number: number | undefined): void {
  if (name === undefined || name === "" || number !== undefined) return;
  throw badValue("seccomp profile's errno", name, { got: "it has no number", form: "errnoRet beside it" });
}

/** Every condition holds: one of the machines, all capabilities, the kernel or a later one. */
function isIncluded({ caps = [], arches = [], minKernel }: Filter, world: ProfileWorld): boolean {
  return (
    (arches.length === 0 || arches.includes(world.architecture)) &&
    caps.every((name) => world.capabilities.includes(parseCapability(name))) &&
    (minKernel === undefined || minKernel === "" || isSince(world.kernel, minKernel))
  );
}

/** One condition holds. */
function isExcluded({ caps = [], arches = [], minKernel }: Filter, world: ProfileWorld): boolean {
  return (
    arches.includes(world.architecture) ||
    caps.some((name) => world.capabilities.includes(parseCapability(name))) ||
    (minKernel !== undefined && minKernel !== "" && isSince(world.kernel, minKernel))
  );
}

function isSince(kernel: string, least: string): boolean {
  const [major = 0, minor = 0] = numbersOf(kernel);
  const [leastMajor = 0, leastMinor = 0] = numbersOf(least);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

function numbersOf(release: string): readonly number[] {
  return release
    .split(/[.-]/)
    .slice(0, 2)
    .map((part) => Number.parseInt(part, 10) || 0);
}
