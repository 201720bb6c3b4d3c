import type { Cancel } from "../base/brand.ts";
import type { Configuration } from "../base/configuration.ts";
import type { Bundle } from "../bundle/bundle.ts";
import type { RootfsResult } from "../bundle/rootfs.ts";
import type { Image } from "../image/image.ts";
import type { LayerLimits } from "../image/layer/limits.ts";
import type { RegistryOptions } from "../image/sources/registry/settings.ts";
import type { StoreOptions } from "../image/store/policy.ts";
import type { IdMaps } from "../linux/sub-ids.ts";
import type { ImageReference, Platform } from "../oci/image.ts";
import type { ContainerId, Problem } from "../oci/spec.ts";
import type { ContainerState } from "../runtime/output.ts";
import type { CreateOptions, OpenRuntimeOptions, Runtime } from "../runtime/runtime.ts";
import type { SpecOption } from "../spec/context.ts";
import type { ContainerExit } from "./exit.ts";
import type { Remains } from "./remains.ts";

/** One arrow of the walk, with what came out of it. Given in this order; the image's steps are left out for a bundle. */
export type RunStep =
  | { readonly kind: "reference"; readonly reference: ImageReference }
  | { readonly kind: "image"; readonly image: Image }
  | { readonly kind: "unpacked"; readonly result: RootfsResult; readonly milliseconds: number }
  | { readonly kind: "bundle"; readonly bundle: Bundle }
  | { readonly kind: "problems"; readonly problems: readonly Problem[] }
  | {
      readonly kind: "created";
      readonly state: ContainerState;
      readonly runtime: Runtime;
      readonly bundle: Bundle;
    }
  | { readonly kind: "started" }
  | ({ readonly kind: "exited" } & ContainerExit)
  | { readonly kind: "removed"; readonly remains: Remains };

/** Called for each step and awaited; an error of it ends the run, and everything is removed. */
export type OnStep = (step: RunStep) => void | Promise<void>;

export type RunOptions = Cancel & {
  readonly configuration: Configuration;
  /** Name or path; default runc. */
  readonly runtime?: string | undefined;
  readonly root?: string | undefined;
  /** What stands before the verb in every call of the runtime. */
  readonly flags?: OpenRuntimeOptions["flags"];
  /** What `create` is asked for besides. */
  readonly create?: Pick<CreateOptions, "noPivot" | "noNewKeyring" | "pidFile"> | undefined;
  /** Default: twelve random hexadecimal digits. */
  readonly id?: ContainerId | undefined;
  readonly platform?: Platform | undefined;
  /** How registries are reached; default: as the environment and registries.json say. */
  readonly registry?: RegistryOptions | undefined;
  /** Where names are looked up first, and what a registry gives is kept; default: nowhere. */
  readonly store?: StoreOptions | undefined;
  readonly specOptions?: readonly SpecOption[] | undefined;
  /** How an ordinary user's bundles are made. A bundle that exists is changed only when it was asked for by name. */
  readonly rootless?: { readonly maps: IdMaps; readonly asked: boolean } | undefined;
  /** A rootfs of its own files instead of an overlay mount. */
  readonly copy?: boolean | undefined;
  /** What the image may cost; default: `defaultLimits`. */
  readonly limits?: Partial<LayerLimits> | undefined;
  /** Give the container a terminal, joined to ours. A bundle whose config asks for one gets it anyhow. */
  readonly terminal?: boolean | undefined;
  /** "stderr" sends the container's standard output to our standard error. Not with a terminal. */
  readonly stdout?: "inherit" | "stderr" | undefined;
  /** Keys that leave the container's terminal and let it go on, kept by a process of its own; default: none. */
  readonly detachKeys?: readonly number[] | undefined;
  /** For startDetached. */
  readonly detach?: DetachOptions | undefined;
  readonly onStep?: OnStep | undefined;
};

export type DetachOptions = {
  /** Hold its standard input open, for whoever attaches; else it is empty. */
  readonly input: boolean;
  /** Remove it when it has ended. */
  readonly remove: boolean;
  /** Bytes of its log: at least this much of the latest output is kept, at most twice as much. */
  readonly logLimit: number;
};

/** `left`: the detach keys were typed, and the container goes on; its exit code is then not known yet, and 0 here. */
export type RunResult = ContainerExit & { readonly id: ContainerId; readonly left?: true };
