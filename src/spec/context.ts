import type { ImageConfig } from "../oci/image.ts";
import type { Spec } from "../oci/spec.ts";

/** What the pure builder must know of the machine and of the rootfs; whoever calls `buildSpec` reads it beforehand. */
export type SpecContext = {
  /** Of the machine that will run the container, spelled as image platforms are: "amd64", "arm64". */
  readonly architecture: string;
  /** Text of the rootfs's /etc/passwd and /etc/group; undefined when the rootfs has none. */
  readonly passwd?: string | undefined;
  readonly group?: string | undefined;
  /** A shell that the rootfs has, for an image that says nothing of how it is run; undefined: none, or not known. */
  readonly shell?: string | undefined;
  /** The container's host name; engines give the short container id. Left out: no hostname in the config. */
  readonly hostname?: string | undefined;
  /** `root.path`, absolute or relative to the bundle; default "rootfs". */
  readonly rootPath?: string | undefined;
  /**
   * The capabilities that this host can grant: CapBnd of the runtime's caller. Defaults and `ALL` are cut down to them.
   * Left out: every capability the kernel headers name. A capability asked for by name stays in the config whatever this says.
   */
  readonly grantable?: readonly string[] | undefined;
  /** The image configuration that the spec is built from; `buildSpec` fills it in for its options. */
  readonly image?: ImageConfig | undefined;
};

/**
 * One wish, applied to a spec. Pure: returns a new spec and leaves its argument as it was; what it does not name stays equal.
 * Options are applied in order, so a later one wins over an earlier one. Errors: "spec.bad-option" and those of its parsers.
 */
export type SpecOption = ((spec: Spec, context: SpecContext) => Spec) & {
  /** It wants the finished config, as a patch does: it is applied after all others and after what the builder adds. */
  readonly last?: true;
};

/** Options in the order in which they are applied: as given, those that are `last` after the others. */
export function inOrder(options: readonly SpecOption[]): readonly SpecOption[] {
  return [...options.filter(({ last }) => !last), ...options.filter(({ last }) => last)];
}
