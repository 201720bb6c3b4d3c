import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { Bundle } from "../bundle/bundle.ts";
import type { ContainerId } from "../oci/spec.ts";
import { type Ask, call } from "./call.ts";
import { creation, type Driver } from "./creation.ts";
import { isHybridHost, withoutUnified } from "./hybrid.ts";
import { type RuntimeKind, runtimeTraits } from "./kinds.ts";
import { type LifecycleVerb, transitions } from "./lifecycle.ts";
import {
  type ContainerState,
  parseRuntimeFeatures,
  parseRuntimeList,
  parseRuntimeState,
  type RuntimeVersion,
} from "./output.ts";
import { defaultRoot, findRuntimeProgram, type RuntimeProgram } from "./program.ts";
import { notFound } from "./stale.ts";

/** Where the container's standard streams come from: ours, nothing, or a descriptor of ours. Pipes are made by the caller. */
export type ContainerStdio = "inherit" | "ignore" | number;

export type CreateOptions = Cancel & {
  /** Default: "inherit" for each. The container keeps them for its life; so does whoever reads the other end of a pipe. */
  readonly stdin?: ContainerStdio;
  readonly stdout?: ContainerStdio;
  readonly stderr?: ContainerStdio;
  /** File that gets the container's pid. */
  readonly pidFile?: string | undefined;
  /** A listening unix socket that gets the terminal's master (needs process.terminal). */
  readonly consoleSocket?: string | undefined;
  readonly noPivot?: boolean | undefined;
  readonly noNewKeyring?: boolean | undefined;
  /** Descriptors of ours that the container gets as 3, 4, …, as `--preserve-fds`. */
  readonly preserveFds?: readonly number[];
};

/**
 * One runtime and one directory of containers. Every verb rejects with a "runtime.*" error that holds the runtime's own words,
 * and checks first, by the table in lifecycle.ts, that the container's status allows it.
 */
export type Runtime = {
  readonly kind: RuntimeKind;
  /** As it was asked for: name or path. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Where it keeps its containers (`--root`). */
  readonly root: string;
  readonly version: RuntimeVersion;
  /** runtime.md#create. Afterwards the container's process exists and waits for `start`. An aborted or failed create leaves nothing. */
  create(id: ContainerId, bundle: Pick<Bundle, "path" | "spec">, options?: CreateOptions): Promise<void>;
  /** runtime.md#start. */
  start(id: ContainerId, options?: Cancel): Promise<void>;
  /** runtime.md#query-state. Errors: "runtime.not-found" with the ids there are. */
  state(id: ContainerId, options?: Cancel): Promise<ContainerState>;
  /** The same, undefined when there is no such container. */
  find(id: ContainerId, options?: Cancel): Promise<ContainerState | undefined>;
  /** runtime.md#kill: send a signal (a number, see parseSignal) to the first process, or with `all` to every one. */
  kill(id: ContainerId, signal: number, options?: Cancel & { readonly all?: boolean }): Promise<void>;
  /** runtime.md#delete. With `force` a running container is killed first, and one that does not exist is no error. */
  delete(id: ContainerId, options?: Cancel & { readonly force?: boolean }): Promise<void>;
  /** Every container in `root`; none when there is no such directory. */
  list(options?: Cancel): Promise<readonly ContainerState[]>;
  /** features.md. Errors: "runtime.unsupported" (runc before 1.1, crun before 1.8.6). */
  features(options?: Cancel): Promise<Readonly<Record<string, unknown>>>;
};

export type OpenRuntimeOptions = Cancel & {
  /** Name or path; default "runc". */
  readonly runtime?: string | undefined;
  /** Its state directory. */
  readonly root?: string | undefined;
  /** Where to keep state directories, one a kind, when `root` is not given: `Configuration.runtimeRoot`. */
  readonly runtimeRoot?: string | undefined;
};

/** Find a runtime and say what it is. Nothing is written. Errors: "host.program-missing", "runtime.unrecognised". */
export async function openRuntime(options: OpenRuntimeOptions = {}): Promise<Runtime> {
  const program = await findRuntimeProgram(options.runtime ?? "runc", { signal: options.signal });
  return drive(program, rootOf(program, options));
}

function rootOf(program: RuntimeProgram, { root, runtimeRoot }: OpenRuntimeOptions): string {
  const { kind } = program.version;
  if (root !== undefined) return resolve(root);
  const own = defaultRoot(kind, program.name);
  return runtimeRoot === undefined ? own : join(runtimeRoot, own.split("/").at(-1) ?? kind);
}

function drive(program: RuntimeProgram, root: string): Runtime {
  const { kind } = program.version;
  const wrap = runtimeTraits[kind].refusesHybrid && process.getuid?.() === 0 && isHybridHost();
  const launcher = wrap ? withoutUnified(program.path) : { file: program.path, before: [] };
  const place = { name: program.name.split("/").at(-1) ?? kind, root };
  const ask: Ask = (request) => call({ ...request, launcher, place });
  const find: Runtime["find"] = async (id, { signal } = {}) => {
    try {
      const doing = `read the state of container ${quote(id)}`;
      return parseRuntimeState(await ask({ call: { verb: "state", id }, doing, signal }));
    } catch (error) {
      if (error instanceof OcilabError && error.code === "runtime.not-found") return undefined;
      throw error;
    }
  };
  return {
    ...{ kind, name: program.name, path: program.path, root, version: program.version, find },
    create: creation({ ask, find, place }),
    ...control({ ask, find, place }),
    async list({ signal } = {}) {
      if (!existsSync(root)) return [];
      const states = parseRuntimeList(
        await ask({ call: { verb: "list" }, doing: "list containers", signal }),
      );
      const { spec = "" } = program.version;
      return states.map((state) => (state.ociVersion === "" ? { ...state, ociVersion: spec } : state));
    },
    async features({ signal } = {}) {
      const doing = `ask ${quote(program.name)} for its features`;
      return parseRuntimeFeatures(await ask({ call: { verb: "features" }, doing, signal }));
    },
  };
}

function control({ ask, find, place }: Driver): Pick<Runtime, "state" | "start" | "kill" | "delete"> {
  const known = async (
    doing: string,
    id: ContainerId,
    signal: AbortSignal | undefined,
  ): Promise<ContainerState> => {
    const state = await find(id, { signal });
    if (state === undefined) throw notFound(doing, { id, place });
    return state;
  };
  const permit = async (verb: LifecycleVerb, id: ContainerId, { signal }: Cancel): Promise<string> => {
    const doing = `${verb === "force-delete" ? "delete" : verb} container ${quote(id)}`;
    const { status } = await known(doing, id, signal);
    const transition = transitions[status][verb];
    if (transition.allowed) return doing;
    const code = verb === "kill" && status === "stopped" ? "runtime.not-running" : "runtime.wrong-status";
    const facts = { id, status, verb };
    throw new OcilabError(code, { doing, got: transition.because, hint: transition.hint, facts });
  };
  return {
    state: (id, { signal } = {}) => known(`read the state of container ${quote(id)}`, id, signal),
    async start(id, { signal } = {}) {
      const doing = await permit("start", id, { signal });
      await ask({ call: { verb: "start", id }, doing, signal });
    },
    async kill(id, number, { signal, all = false } = {}) {
      const doing = await permit("kill", id, { signal });
      await ask({ call: { verb: "kill", id, signal: number, all }, doing, signal });
    },
    async delete(id, { signal, force = false } = {}) {
      const doing = force ? `delete container ${quote(id)}` : await permit("delete", id, { signal });
      await ask({ call: { verb: "delete", id, force }, doing, signal });
    },
  };
}
