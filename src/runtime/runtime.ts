import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { Bundle } from "../bundle/bundle.ts";
import type { ContainerId, Process, Resources } from "../oci/spec.ts";
import type { CreateFlags, EventFlags, ExecFlags, GlobalFlags } from "./argv.ts";
import type { CheckpointFlags, RestoreFlags } from "./argv-checkpoint.ts";
import { type Ask, call, commandOf } from "./call.ts";
import { checkpointing } from "./checkpoint.ts";
import { control } from "./control.ts";
import { creation, type Driver } from "./creation.ts";
import { execution } from "./execution.ts";
import { isHybridHost, withoutUnified } from "./hybrid.ts";
import { type RuntimeKind, runtimeTraits } from "./kinds.ts";
import {
  type ContainerState,
  parseRuntimeFeatures,
  parseRuntimeList,
  parseRuntimeState,
  type RuntimeEvent,
  type RuntimeVersion,
} from "./output.ts";
import { defaultRoot, findRuntimeProgram, type RuntimeProgram } from "./program.ts";

/** Where the container's standard streams come from: ours, nothing, or a descriptor of ours. Pipes are made by the caller. */
export type ContainerStdio = "inherit" | "ignore" | number;

/** What the container's process inherits. Default: "inherit" for each stream. The container keeps them for its life; so does whoever reads the other end of a pipe. */
type Inherited = Cancel & {
  readonly stdin?: ContainerStdio;
  readonly stdout?: ContainerStdio;
  readonly stderr?: ContainerStdio;
};

/**
 * `pidFile` gets the process's pid; `consoleSocket` is a listening unix socket that gets the terminal's master (needs process.terminal);
 * `pidfdSocket` one that gets a pidfd of it (runc from 1.2 on). `preserveFds`: descriptors of ours that it gets as 3, 4, …
 */
export type CreateOptions = Inherited &
  Omit<CreateFlags, "preserveFds"> & { readonly preserveFds?: readonly number[] };

export type ExecOptions = Inherited &
  Omit<ExecFlags, "preserveFds" | "detach"> & { readonly preserveFds?: readonly number[] };

export type RestoreOptions = Inherited & Omit<RestoreFlags, "detach">;

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
  /**
   * Run a further process in the container and wait for it: its exit code, 128 + the signal's number when one ended it. The runtime
   * stays between us and it, and passes signals on; one that is killed leaves it running. Errors: "runtime.*" when it could not be started.
   */
  exec(id: ContainerId, process: Process, options?: ExecOptions): Promise<number>;
  /** The same, and leave it running: its pid, of this host's counting (traits.hostProcesses). Whoever is the nearest subreaper inherits it. */
  execDetached(id: ContainerId, process: Process, options?: ExecOptions): Promise<number>;
  /** The pids of the container's processes. */
  ps(id: ContainerId, options?: Cancel): Promise<readonly number[]>;
  /** Stop every process of the container by the freezer (cgroup-v2.rst, cgroup.freeze). */
  pause(id: ContainerId, options?: Cancel): Promise<void>;
  resume(id: ContainerId, options?: Cancel): Promise<void>;
  /** Change limits while it runs: those given, of config-linux.md#control-groups; what a runtime cannot change it says or ignores, so read the cgroup files afterwards. */
  update(id: ContainerId, resources: Resources, options?: Cancel): Promise<void>;
  /** What `events` prints, line by line, until the container ends. Errors: "runtime.unsupported" (crun). */
  events(id: ContainerId, options?: Cancel & EventFlags): AsyncGenerator<RuntimeEvent, void>;
  /** Save the container's processes in files (criu(8)); they end unless `leaveRunning`. Errors: "host.program-missing". */
  checkpoint(id: ContainerId, options: Cancel & CheckpointFlags): Promise<void>;
  /** Make a container of saved processes; it runs at once, detached. Errors: "runtime.exists", "host.program-missing". */
  restore(id: ContainerId, bundle: Pick<Bundle, "path">, options: RestoreOptions): Promise<void>;
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
  /** Where to look up, and to keep, what runtimes said of their versions: `Configuration.versions`; without it they are asked each time. */
  readonly versions?: string | undefined;
  /** What stands before the verb in every call. `log`: a file that the runtime appends its messages to; default: a temporary one. */
  readonly flags?: Omit<GlobalFlags, "root"> | undefined;
};

/** Find a runtime and say what it is. Nothing is written but in `versions`. Errors: "host.program-missing", "runtime.unrecognised". */
export async function openRuntime(options: OpenRuntimeOptions = {}): Promise<Runtime> {
  const { versions, signal } = options;
  const program = await findRuntimeProgram(options.runtime ?? "runc", { versions, signal });
  return drive(program, { root: rootOf(program, options), flags: options.flags ?? {} });
}

function rootOf(program: RuntimeProgram, { root, runtimeRoot }: OpenRuntimeOptions): string {
  const { kind } = program.version;
  if (root !== undefined) return resolve(root);
  const own = defaultRoot(kind, program.name);
  return runtimeRoot === undefined ? own : join(runtimeRoot, own.split("/").at(-1) ?? kind);
}

type Driven = { readonly root: string; readonly flags: NonNullable<OpenRuntimeOptions["flags"]> };

function drive(program: RuntimeProgram, { root, flags }: Driven): Runtime {
  const { kind } = program.version;
  const wrap = runtimeTraits[kind].refusesHybrid && process.getuid?.() === 0 && isHybridHost();
  const launcher = wrap ? withoutUnified(program.path) : { file: program.path, before: [] };
  const place = { name: program.name.split("/").at(-1) ?? kind, root };
  const ask: Ask = (request) => call({ ...request, launcher, place, flags });
  const find: Runtime["find"] = async (id, { signal } = {}) => {
    try {
      const doing = `read the state of container ${quote(id)}`;
      return parseRuntimeState((await ask({ call: { verb: "state", id }, doing, signal })).stdout);
    } catch (error) {
      if (error instanceof OcilabError && error.code === "runtime.not-found") return undefined;
      throw error;
    }
  };
  const command: Driver["command"] = (wanted) => commandOf({ call: wanted, launcher, place, flags });
  const driver: Driver = { ask, find, place, command, version: program.version };
  return {
    ...{ kind, name: program.name, path: program.path, root, version: program.version, find },
    create: creation(driver),
    ...control(driver),
    ...execution(driver),
    ...checkpointing(driver),
    async list({ signal } = {}) {
      if (!existsSync(root)) return [];
      const { stdout } = await ask({ call: { verb: "list" }, doing: "list containers", signal });
      const states = parseRuntimeList(stdout);
      const { spec = "" } = program.version;
      return states.map((state) => (state.ociVersion === "" ? { ...state, ociVersion: spec } : state));
    },
    async features({ signal } = {}) {
      const doing = `ask ${quote(program.name)} for its features`;
      return parseRuntimeFeatures((await ask({ call: { verb: "features" }, doing, signal })).stdout);
    },
  };
}
