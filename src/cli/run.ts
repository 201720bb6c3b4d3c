import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { AuditSummary } from "../audit/audit.ts";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import { defaultDetachKeys, parseDetachKeys } from "../container/detach-keys.ts";
import { startDetached } from "../container/detached.ts";
import { readHookTraces } from "../container/hooks/traces.ts";
import { defaultLogLimit } from "../container/keeper/log-file.ts";
import { runContainer } from "../container/run.ts";
import type { DetachOptions, RunOptions, RunStep } from "../container/steps.ts";
import { parseContainerId } from "../oci/container-id.ts";
import { parsePlatform } from "../oci/platform.ts";
import { formatReference } from "../oci/reference.ts";
import type { ContainerId } from "../oci/spec.ts";
import { parseBytes } from "../spec/parse/bytes.ts";
import type { Context } from "./command.ts";
import { withContainerOf } from "./config/container.ts";
import type { RootlessValues } from "./config/flags/rootless.ts";
import type { ConfigValues, SourceValues } from "./config/flags.ts";
import { parseLimits } from "./config/limits.ts";
import { readConfigOptions } from "./config/read.ts";
import { rootlessOf } from "./config/rootless.ts";
import { type Look, lookAt } from "./look.ts";
import { narrate } from "./narrate.ts";
import { givenSourceFlags, remoteOptions } from "./open-options.ts";
import { lookAtProgram } from "./program.ts";
import { renderAudit } from "./render/findings.ts";
import { terminalOf } from "./render/terminal.ts";

export type RunWish = {
  readonly reference: string;
  readonly command: readonly string[];
  readonly flags: ConfigValues &
    RootlessValues &
    SourceValues & {
      readonly name: string | undefined;
      readonly explain: boolean;
      readonly audit: boolean;
      readonly "as-container": boolean;
      readonly copy: boolean;
      readonly limit: readonly string[];
      readonly detach: boolean;
      readonly interactive: boolean;
      readonly rm: boolean;
      readonly "log-size": string | undefined;
      readonly "detach-keys": string | undefined;
      readonly "pid-file": string | undefined;
      readonly "no-pivot": boolean;
      readonly "no-new-keyring": boolean;
    };
};

/** Run a container to its end. With `explain` or `audit` it is looked at while it runs. Errors: those of runContainer and of the flags. */
export async function runImage(wish: RunWish, context: Context) {
  const { flags, reference } = wish;
  refuseFlagsOfImages(wish);
  using _held = context.holdSignals();
  const watcher = watchRun(wish, context);
  const options = { ...(await optionsOf(wish, context)), onStep: watcher.onStep };
  const result = flags.detach
    ? await startDetached(reference, { ...options, detach: detachOptions(flags) })
    : await runContainer(reference, options);
  const { image, audit } = watcher.seen();
  if ("pid" in result) return { ...goesOn(result.id, result.pid), image, audit };
  if (result.left) return { ...goesOn(result.id, null), image, audit };
  const { id, exitCode, signal = null } = result;
  return { id, pid: null, image, exitCode, signal, audit };
}

function goesOn(id: ContainerId, pid: number | null) {
  return { id, pid, exitCode: null, signal: null };
}

function detachOptions(flags: RunWish["flags"]): DetachOptions {
  const size = flags["log-size"];
  const logLimit = size === undefined ? defaultLogLimit : parseBytes(size);
  if (logLimit >= 4096) return { input: flags.interactive, remove: flags.rm, logLimit };
  throw new OcilabError("usage.bad-argument", {
    doing: `read --log-size ${quote(size ?? "")}`,
    got: "it is below 4096 bytes, the least that a log is given",
  });
}

async function optionsOf({ reference, command, ...wish }: RunWish, context: Context): Promise<RunOptions> {
  const flags = await withContainerOf(reference, wish.flags, context);
  const id = idOf(flags);
  const { runtimeFlags } = context;
  return {
    // Aborted only by a signal that came before the hold; from there on the run handles them.
    signal: context.signal,
    configuration: context.configuration,
    ...{ runtime: context.runtime, root: context.root, flags: runtimeFlags, id },
    create: {
      pidFile: flags["pid-file"] && resolve(flags["pid-file"]),
      noPivot: flags["no-pivot"],
      noNewKeyring: flags["no-new-keyring"],
    },
    platform: flags.platform === undefined ? undefined : parsePlatform(flags.platform),
    ...remoteOptions(flags, context),
    specOptions: await readConfigOptions({ ...flags, tty: false }, { command, context, id }),
    rootless: rootlessOf(flags),
    ...{ copy: flags.copy, limits: parseLimits(flags.limit), terminal: flags.tty },
    stdout: context.json ? "stderr" : "inherit",
    detachKeys: parseDetachKeys(flags["detach-keys"] ?? defaultDetachKeys),
  };
}

/** The name that was given; made here only where the config speaks of it. */
function idOf({ name, "cgroup-parent": parent }: RunWish["flags"]): ContainerId | undefined {
  if (name !== undefined) return parseContainerId(name);
  return parent === undefined ? undefined : parseContainerId(randomBytes(6).toString("hex"));
}

/** Follow the steps: tell them, look at the running program, remember what was seen. */
function watchRun({ reference, flags }: RunWish, context: Context) {
  const story = flags.explain ? narrate(reference, context) : undefined;
  const wanted = flags.audit || flags.explain;
  const tellsAudit = flags.audit && !flags.explain && !context.json;
  const { signal, configuration } = context;
  let image = reference;
  let created: (Extract<RunStep, { kind: "created" }> & { readonly look: Look }) | undefined;
  let audit: AuditSummary | null = null;
  const onStep = async (step: RunStep): Promise<void> => {
    if (step.kind === "reference") image = formatReference(step.reference);
    if (step.kind === "created" && wanted) {
      const look = await lookAt(step.state, step.bundle.spec, {
        signal,
        bundle: step.bundle.path,
        runtime: step.runtime,
        hooks: readHookTraces(configuration, step.state.id),
      });
      created = { ...step, look };
    }
    story?.tell(step, created?.look);
    if (step.kind === "started" && created !== undefined) {
      const hooks = readHookTraces(configuration, created.state.id);
      const look = await lookAtProgram(created, created.look, { signal, hooks });
      audit = look.audit;
      story?.keep(look);
    }
    // Not into the screen of a program that has our terminal.
    const interactive = created?.bundle.spec.process?.terminal === true;
    if (step.kind === (interactive ? "exited" : "started") && audit !== null && tellsAudit)
      process.stderr.write(renderAudit(audit, terminalOf(process.stderr, context.env)));
  };
  return { onStep, seen: () => ({ image, audit }) };
}

function refuseFlagsOfImages({ reference, flags }: RunWish): void {
  const given = [
    ...givenSourceFlags(flags),
    ...(flags["as-container"] ? ["--as-container"] : []),
    ...(flags.copy ? ["--copy"] : []),
    ...(flags.limit.length > 0 ? ["--limit"] : []),
  ];
  if (given.length === 0 || !existsSync(join(resolve(reference), "config.json"))) return;
  throw new OcilabError("usage.bad-argument", {
    doing: `run the bundle ${quote(reference)}`,
    got: `${given.join(", ")} ${given.length === 1 ? "is" : "are"} about images, and a bundle is none`,
    hint: `leave out ${given.join(", ")}`,
  });
}
