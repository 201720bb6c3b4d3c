import { closeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { temporaryDirectory } from "../../base/temporary.ts";
import { listenAt, receiveDescriptor } from "../../linux/terminal.ts";
import type { CreateOptions, Runtime } from "../../runtime/runtime.ts";
import { type HookScene, seeingHooks } from "../hooks/hooks.ts";
import type { CreateJob } from "./job.ts";
import { type KeptStreams, keepTerminal, type OnOutput, openPipes } from "./streams.ts";

type Making = { readonly runtime: Runtime; readonly onOutput: OnOutput };

/** Have the runtime create the container, or restore it, with streams that are ours: a terminal where its config asks for one, else pipes. */
export async function makeContainer(job: CreateJob, making: Making): Promise<KeptStreams> {
  return job.spec.process?.terminal === true ? inTerminal(job, making) : withPipes(job, making);
}

/** Which hooks run in a phase of the container's life, and of which container. */
export function sceneOf(
  phase: HookScene["phase"],
  { job, runtime }: { readonly job: CreateJob; readonly runtime: Runtime },
): HookScene {
  const { configuration, record, spec } = job;
  return { phase, configuration, runtime, id: record.id, hooks: spec.hooks };
}

async function withPipes(job: CreateJob, { runtime, onOutput }: Making): Promise<KeptStreams> {
  const { ends, keep } = openPipes(job.input);
  const { stdin = "ignore", stdout, stderr } = ends;
  try {
    await make(job, { runtime, streams: { stdin, stdout, stderr } });
  } finally {
    for (const fd of [ends.stdin, ends.stdout, ends.stderr]) if (fd !== undefined) closeSync(fd);
  }
  return keep(onOutput);
}

async function inTerminal(job: CreateJob, { runtime, onOutput }: Making): Promise<KeptStreams> {
  await using place = temporaryDirectory(tmpdir());
  const consoleSocket = join(place.path, "tty");
  const listener = listenAt(consoleSocket);
  const nothing = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  try {
    await make(job, { runtime, streams: { consoleSocket, ...nothing } });
    return keepTerminal(receiveDescriptor(listener), onOutput);
  } finally {
    closeSync(listener);
  }
}

/** Only `create` runs hooks that can be seen: a restored container has run its own. */
async function make(
  job: CreateJob,
  { runtime, streams }: { readonly runtime: Runtime; readonly streams: CreateOptions },
): Promise<void> {
  const { record, spec, create, restore } = job;
  const bundle = { path: record.bundle, spec };
  if (restore !== undefined) return runtime.restore(record.id, bundle, { ...restore, ...streams });
  await seeingHooks(sceneOf("create", { job, runtime }), () =>
    runtime.create(record.id, bundle, { ...create, ...streams }),
  );
}
