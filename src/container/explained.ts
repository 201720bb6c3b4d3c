import { OcilabError } from "../base/errors.ts";
import type { Process } from "../oci/spec.ts";
import { type OpenRuntimeOptions, openRuntime, type Runtime } from "../runtime/runtime.ts";
import type { Failed } from "./evidence/evidence.ts";

/** `openRuntime`, whose errors show what this machine says of their cause (`facts.evidence`, a hint for the case). */
export async function openExplained(options: OpenRuntimeOptions = {}): Promise<Runtime> {
  return explaining(await openRuntime(options));
}

/** The same runtime; what fails is looked into. */
export function explaining(runtime: Runtime): Runtime {
  const { root } = runtime;
  /** The bundle of a container that exists is where its runtime says. */
  const known = async (id: Parameters<Runtime["find"]>[0], process?: Process): Promise<Failed> => {
    const state = await runtime.find(id).catch(() => undefined);
    return { id, root, directory: state?.bundle, process };
  };
  const look = <T>(work: Promise<T>, scene: () => Failed | Promise<Failed>): Promise<T> =>
    work.catch(async (error: unknown) => {
      const isKnown = error instanceof OcilabError && error.facts["cause"] !== undefined;
      if (!isKnown) throw error;
      const { withEvidence } = await import("./evidence/evidence.ts");
      throw await withEvidence(error, await scene());
    });
  return {
    ...runtime,
    create: (id, bundle, options) =>
      look(runtime.create(id, bundle, options), () => ({ id, root, directory: bundle.path })),
    start: (id, options) => look(runtime.start(id, options), () => known(id)),
    exec: (id, process, options) => look(runtime.exec(id, process, options), () => known(id, process)),
    execDetached: (id, process, options) =>
      look(runtime.execDetached(id, process, options), () => known(id, process)),
    restore: (id, bundle, options) =>
      look(runtime.restore(id, bundle, options), () => ({ id, root, directory: bundle.path })),
    update: (id, resources, options) => look(runtime.update(id, resources, options), () => known(id)),
    kill: (id, signal, options) => look(runtime.kill(id, signal, options), () => known(id)),
    delete: (id, options) => look(runtime.delete(id, options), () => known(id)),
    state: (id, options) => look(runtime.state(id, options), () => ({ id, root })),
    list: (options) => look(runtime.list(options), () => ({ id: "", root })),
  };
}
