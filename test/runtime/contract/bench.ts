import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { OcilabError } from "../../../src/base/errors.ts";
import { type ProgramResult, runProgram } from "../../../src/base/process.ts";
import type { Bundle } from "../../../src/bundle/bundle.ts";
import { writeConfig } from "../../../src/bundle/create.ts";
import { parseContainerId } from "../../../src/oci/container-id.ts";
import type { Spec } from "../../../src/oci/spec.ts";
import { isHybridHost, withoutUnified } from "../../../src/runtime/hybrid.ts";
import { runtimeTraits } from "../../../src/runtime/kinds.ts";
import type { CreateOptions, Runtime } from "../../../src/runtime/runtime.ts";
import type { Outcome } from "./item.ts";

/** A config to change in place; fields that the types do not know are set on it as they are. */
// biome-ignore lint/suspicious/noExplicitAny: a contract asks for what no type has
export type Change = (spec: any) => void;

/** Another in each process: two containers of one id share a cgroup, and whoever deletes one ends both. */
export const id = parseContainerId(`contract-item-${process.pid}`);
const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;

/** What became of a container: the runtime's refusal, or what the program printed. */
export type Ran =
  | { readonly kind: "refused"; readonly verb: "create" | "start"; readonly words: string }
  | { readonly kind: "ran"; readonly output: string };

/** One runtime with one empty directory, for one item. */
export type Bench = {
  readonly runtime: Runtime;
  /** Empty at first. */
  readonly place: string;
  /** Write the changed config and return its bundle. */
  bundle(change?: Change, script?: string): Bundle;
  /** Create and start it, wait for its end: what `script` printed. */
  run(change: Change, script: string, options?: CreateOptions): Promise<Ran>;
  /** A started container that sleeps. */
  sleeping(change?: Change): Promise<void>;
  /** Call the runtime itself, with its root before the words. */
  raw(words: readonly string[]): Promise<ProgramResult>;
  pid(): Promise<number>;
  stopped(): Promise<boolean>;
};

type Set = {
  readonly runtime: Runtime;
  readonly base: Bundle;
  readonly place: string;
  readonly more: readonly string[];
};

export function makeBench({ runtime, base, place, more }: Set): Bench {
  const bundle: Bench["bundle"] = (change = () => undefined, script = "sleep 100") => {
    const spec = structuredClone(base.spec) as Spec & { process: { args: string[] }; root: { path: string } };
    spec.root.path = base.rootfs;
    spec.process.args = ["sh", "-c", script];
    change(spec);
    const path = join(place, "bundle");
    mkdirSync(path, { recursive: true });
    return { path, rootfs: base.rootfs, spec, configText: writeConfig(path, spec) };
  };
  const stopped = async (): Promise<boolean> => {
    for (let turn = 0; turn < 250; turn++) {
      if ((await runtime.state(id)).status === "stopped") return true;
      await sleep(20);
    }
    return false;
  };
  return {
    ...{ runtime, place, bundle, stopped },
    run: (change, script, options) =>
      run({ runtime, bundle: bundle(change, script), place, stopped }, options),
    async sleeping(change) {
      await runtime.create(id, bundle(change), quiet);
      await runtime.start(id);
    },
    async raw(words) {
      const wrap = runtimeTraits[runtime.kind].refusesHybrid && isHybridHost();
      const { file, before } = wrap ? withoutUnified(runtime.path) : { file: runtime.path, before: [] };
      const args = [...before, "--root", runtime.root, ...more, ...words];
      return await toFiles(place, (streams) =>
        runProgram(file, args, { timeout: 20_000, stdin: "ignore", ...streams }),
      );
    },
    async pid() {
      const state = await runtime.state(id);
      return "pid" in state ? state.pid : 0;
    },
  };
}

/** A container keeps the descriptors of whoever starts it: a pipe would stay open as long as it lives. */
async function toFiles(
  place: string,
  act: (streams: { readonly stdout: number; readonly stderr: number }) => Promise<ProgramResult>,
): Promise<ProgramResult> {
  const [out, error] = [join(place, "raw-out"), join(place, "raw-error")];
  const streams = { stdout: openSync(out, "w"), stderr: openSync(error, "w") };
  try {
    const ended = await act(streams);
    return { ...ended, stdout: readFileSync(out, "utf8"), stderr: readFileSync(error, "utf8") };
  } finally {
    closeSync(streams.stdout);
    closeSync(streams.stderr);
  }
}

type Run = { runtime: Runtime; bundle: Bundle; place: string; stopped: () => Promise<boolean> };

async function run({ runtime, bundle, place, stopped }: Run, options: CreateOptions = {}): Promise<Ran> {
  const output = join(place, "output");
  const file = openSync(output, "w");
  const refused = (verb: "create" | "start") => (error: unknown) => {
    if (!(error instanceof OcilabError)) throw error;
    return { kind: "refused", verb, words: wordsOf(error) } as const;
  };
  try {
    const streams = { stdin: "ignore", stdout: file, stderr: file } as const;
    const created = await runtime.create(id, bundle, { ...streams, ...options }).catch(refused("create"));
    if (created !== undefined) return created;
    const started = await runtime.start(id).catch(refused("start"));
    if (started !== undefined) return started;
    await stopped();
    return { kind: "ran", output: readFileSync(output, "utf8").trim() };
  } finally {
    closeSync(file);
  }
}

/** The runtime's own words without what differs from one run to the next. */
export function wordsOf(error: OcilabError): string {
  const { words } = error.facts;
  return tidy(typeof words === "string" ? words : error.got);
}

export function tidy(text: string): string {
  return text
    .replaceAll(id, "contract-item")
    .replace(/\/dev\/shm\/\.ocilab-[^/"'`\s:]+|\/tmp\/\.?ocilab-[^/"'`\s:]+/g, "…")
    .replace(/\b(pid |fd:?|process |thread-self\/fd\/|\/proc\/self\/fd\/|\/proc\/)\d+/g, "$1N")
    .replace(/,?\s*"time":\s*"[^"]*"/g, "")
    .replace(/\s+/g, " ")
    .slice(0, 240);
}

/** An item that runs a script in a changed container and expects to read this. */
export function shows(change: Change, script: string, expected: string | RegExp) {
  return async (bench: Bench): Promise<Outcome> => judge(await bench.run(change, script), expected);
}

/** What is said when the container shows nothing at all. */
export const unseen = "nothing inside the container shows it";

export function judge(ran: Ran, expected: string | RegExp): Outcome {
  if (ran.kind === "refused") return { result: "refuses", how: `${ran.verb}: ${ran.words}` };
  const { output } = ran;
  if (output === "") return { result: "untried", how: unseen };
  const kept = typeof expected === "string" ? output === expected : expected.test(output);
  return kept
    ? { result: "yes" }
    : { result: "ignores", how: `the container shows ${JSON.stringify(tidy(output))}` };
}

/** An item that a runtime must refuse. */
export function refused(change: Change, script = "true") {
  return async (bench: Bench): Promise<Outcome> => {
    const ran = await bench.run(change, script);
    if (ran.kind === "refused") return { result: "yes" };
    return { result: "deviates", how: `accepted; the container shows ${JSON.stringify(tidy(ran.output))}` };
  };
}
