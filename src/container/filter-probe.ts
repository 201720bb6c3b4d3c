import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PlannedCall, planCalls, planSetup } from "../audit/probe/plan.ts";
import type { TriedCall } from "../audit/probe/possible.ts";
import type { Cancel } from "../base/brand.ts";
import type { Configuration } from "../base/configuration.ts";
import { errnoOf, OcilabError } from "../base/errors.ts";
import { sweepTemporary, temporaryDirectory } from "../base/temporary.ts";
import { writeConfig } from "../bundle/create.ts";
import type { Reading } from "../kernel/reading.ts";
import { type OpenFile, programInMemory } from "../linux/memory-file.ts";
import { canProbe, type ProbeSetup, probeProgram } from "../linux/probe/program.ts";
import { type ProbeOutcome, type ProbeTrial, readAnswers } from "../linux/probe/trials.ts";
import { whenPidEnds } from "../linux/process.ts";
import { parseContainerId } from "../oci/container-id.ts";
import type { ContainerId, Process, Seccomp, Spec } from "../oci/spec.ts";
import { runtimeTraits } from "../runtime/kinds.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { removeRecord, thisProcess, writeRecord } from "./records.ts";

export type FilterProbe = Cancel & {
  readonly id: ContainerId;
  /** What the container was asked to be: the probe runs as its process, and the one beside it as its rules are laid out. */
  readonly spec: Spec;
  readonly configuration: Configuration;
};

/** Milliseconds: somewhat more than the probe gives itself. */
const patience = 70_000;
/** The first descriptor that a runtime hands on (--preserve-fds), which holds the program. */
const program = "/proc/self/fd/3";

type Outcomes = readonly (ProbeOutcome | undefined)[];

/**
 * Try system calls one at a time in a process inside a running container, which the runtime's `exec` puts under the container's filter,
 * and the same calls in a container of its own that has the same rights and no filter; it is recorded, and gone afterwards. Neither needs
 * anything of the container's files but /proc. Each call is made in a child of its own and so that it does no harm
 * (src/audit/probe/calls.ts). What keeps it from being done is in the reading. Rejects only with the signal's reason.
 */
export async function probeFilter(
  runtime: Runtime,
  probe: FilterProbe,
): Promise<Reading<readonly TriedCall[]>> {
  const source = `${runtime.name.split("/").at(-1)} exec ${probe.id} (system calls tried inside)`;
  const refuse = (detail: string) => ({ source, ok: false, reason: "absent", detail }) as const;
  const { seccomp } = probe.spec.linux ?? {};
  if (seccomp === undefined) return refuse("the config asks for no filter");
  if (!canProbe(process.arch)) return refuse(`there is no probe for ${process.arch}`);
  if (!runtimeTraits[runtime.kind].hostProcesses)
    return refuse("a sandbox does not always survive hundreds of processes (gVisor 20240729 breaks down)");
  const setup = planSetup(seccomp);
  if (setup === undefined)
    return refuse(
      "the rules allow neither alarm nor setitimer: nothing would end a call that never comes back",
    );
  try {
    return { source, ok: true, value: await tryCalls(runtime, { ...probe, seccomp, setup }) };
  } catch (error) {
    probe.signal?.throwIfAborted();
    if (error instanceof OcilabError) return refuse(error.message);
    if (errnoOf(error) === undefined) throw error;
    return refuse(`the probe could not be run: ${error instanceof Error ? error.message : String(error)}`);
  }
}

type Trying = FilterProbe & { readonly seccomp: Seccomp; readonly setup: ProbeSetup };

async function tryCalls(runtime: Runtime, probe: Trying): Promise<readonly TriedCall[]> {
  const planned = planCalls(probe.seccomp);
  const trials = planned.map(({ trial }) => trial);
  using file = programInMemory("ocilab-probe", probeProgram(trials, probe.setup));
  const outcomes = await inside(runtime, { ...probe, trials, file });
  const references = await beside(runtime, { ...probe, trials, file });
  return planned.map((call: PlannedCall, index) => ({
    ...call,
    ...{ outcome: outcomes[index], reference: references[index], caught: probe.setup.handler },
  }));
}

type Running = FilterProbe & { readonly trials: readonly ProbeTrial[]; readonly file: OpenFile };

/** In the container, as a further process of it. */
async function inside(runtime: Runtime, { id, spec, trials, file, signal }: Running): Promise<Outcomes> {
  const answers = await printed(signal, (stdout, limit) =>
    runtime.exec(id, processOf(spec), {
      ...{ stdin: "ignore", stdout, stderr: "ignore", preserveFds: [file.fd], signal: limit },
    }),
  );
  return answered(answers, { trials, doing: `try system calls in container ${id}` });
}

/** In a container of its own, which is gone afterwards. */
async function beside(runtime: Runtime, probe: Running): Promise<Outcomes> {
  const { spec, configuration, signal, trials, file } = probe;
  sweepTemporary(tmpdir());
  await using place = temporaryDirectory(tmpdir());
  const reference = makeReference(place.path, spec);
  const id = parseContainerId(`ocilab-probe-${randomBytes(6).toString("hex")}`);
  const where = { runtime: runtime.path, root: runtime.root, bundle: place.path, temporary: false };
  writeRecord(configuration, { id, ...where, created: new Date().toISOString(), owner: thisProcess() });
  const answers = await printed(signal, async (stdout, limit) => {
    try {
      const streams = { stdin: "ignore", stdout, stderr: "ignore", preserveFds: [file.fd] } as const;
      await runtime.create(id, { path: place.path, spec: reference }, { ...streams, signal: limit });
      const state = await runtime.state(id, { signal: limit });
      await runtime.start(id, { signal: limit });
      if ("pid" in state) await whenPidEnds(state.pid, { signal: limit });
    } finally {
      await runtime.delete(id, { force: true });
      removeRecord(configuration, id);
    }
  });
  return answered(answers, { trials, doing: "try system calls beside the container, without a filter" });
}

/** What `run` printed to the descriptor that it is given. */
async function printed(
  signal: AbortSignal | undefined,
  run: (stdout: number, signal: AbortSignal) => Promise<unknown>,
): Promise<Buffer> {
  await using place = temporaryDirectory(tmpdir());
  const path = join(place.path, "answers");
  const fd = openSync(path, "w");
  const limit = AbortSignal.timeout(patience);
  try {
    await run(fd, signal === undefined ? limit : AbortSignal.any([signal, limit]));
  } finally {
    closeSync(fd);
  }
  return readFileSync(path);
}

function answered(
  answers: Buffer,
  { trials, doing }: { readonly trials: readonly ProbeTrial[]; readonly doing: string },
): Outcomes {
  const outcomes = readAnswers(answers, trials);
  if (outcomes !== undefined) return outcomes;
  throw new OcilabError("kernel.unreadable", {
    doing,
    got: "the process that was to try them said nothing",
  });
}

/** The container's own process but for its program and its terminal. */
function processOf({ process }: Spec): Process {
  const { terminal: _, consoleSize: __, ...own } = process ?? { cwd: "/" };
  return { ...own, cwd: "/", args: [program] };
}

/** A bundle of the same user, rights and kinds of namespaces, whose root has nothing but /proc and /dev. */
function makeReference(directory: string, spec: Spec): Spec {
  // The root of a user namespace is another user, who must pass through to the rootfs.
  chmodSync(directory, 0o711);
  for (const name of ["proc", "dev"]) mkdirSync(join(directory, "rootfs", name), { recursive: true });
  const { uidMappings, gidMappings, namespaces = [] } = spec.linux ?? {};
  const user = namespaces.filter(({ type }) => type === "user");
  const fresh = (["pid", "mount", "ipc", "uts", "network"] as const).map((type) => ({ type }));
  const reference: Spec = {
    ociVersion: spec.ociVersion,
    process: processOf(spec),
    root: { path: "rootfs" },
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["mode=755"] },
    ],
    linux: {
      namespaces: [...fresh, ...user],
      ...(uidMappings === undefined ? {} : { uidMappings }),
      ...(gidMappings === undefined ? {} : { gidMappings }),
    },
  };
  writeConfig(directory, reference);
  return reference;
}
