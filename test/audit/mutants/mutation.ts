import type { Linux, Mount, Process, Resources, Spec } from "../../../src/oci/spec.ts";
import type { Container } from "../support/container.ts";

/** One thing that a runtime gets wrong, or that the world changes afterwards, and where the audit has to say so. */
export type Mutation = {
  readonly name: string;
  /** Places of the original config, in the words of `pointerIn`: exactly these are broken. */
  readonly at: readonly string[];
} & (
  | { readonly change: (parts: Parts) => void }
  | { readonly afterwards: (container: Container) => unknown }
);

/** The parts of a config that mutations change, there whether or not the config had them. */
export type Parts = {
  readonly spec: Spec;
  readonly process: Process;
  readonly linux: Linux;
  readonly resources: Resources;
  readonly mount: (destination: string) => Mount;
};

export function partsOf(spec: Spec): Parts {
  const { process, linux } = spec;
  if (process === undefined || linux === undefined) throw new Error("the config has lost its parts");
  linux.resources ??= {};
  const mount = (destination: string): Mount => {
    const found = spec.mounts?.find((one) => one.destination === destination);
    if (found === undefined) throw new Error(`nothing is mounted at ${destination}`);
    return found;
  };
  return { spec, process, linux, resources: linux.resources, mount };
}

/** What the runtime does with config.json before it goes by it. */
export function mutant(
  name: string,
  at: string | readonly string[],
  change: (parts: Parts) => void,
): Mutation {
  return { name, at: typeof at === "string" ? [at] : at, change };
}

/** What somebody changes when the container runs. */
export function meddling(
  name: string,
  at: string | readonly string[],
  afterwards: (container: Container) => unknown,
): Mutation {
  return { name, at: typeof at === "string" ? [at] : at, afterwards };
}
