import type { Cancel } from "../../base/brand.ts";
import { OcilabError } from "../../base/errors.ts";
import { log } from "../../base/log.ts";
import type { Bundle } from "../../bundle/bundle.ts";
import { readWithoutRootfs } from "../../bundle/read.ts";
import type { Process } from "../../oci/spec.ts";
import { cgroupEvidence, controllerEvidence } from "./cgroups.ts";
import { bundleEvidence } from "./config.ts";
import { daemonEvidence } from "./daemons.ts";
import { stateDirectory } from "./life.ts";
import { mountEvidence } from "./mounts.ts";
import { problemEvidence } from "./problems.ts";
import { descriptorEvidence, handledSignals } from "./process.ts";
import { processorEvidence } from "./processors.ts";
import { programEvidence } from "./program.ts";
import { hookEvidence, limitEvidence, namespaceEvidence, terminalEvidence } from "./settings.ts";
import { userNamespaceEvidence } from "./user-namespaces.ts";

/** One thing that was looked at after a failure, and what it says. `source` is a JSON pointer into config.json, a file or a place. */
export type Evidence = { readonly source: string; readonly says: string };

/** What was seen, and what to do about exactly that, where it is known better than in general. */
export type Gathered = { readonly evidence: readonly Evidence[]; readonly hint?: string | undefined };

/** What is known of the failed call. */
export type Scene = {
  /** Named groups of the runtime's words (src/runtime/failures). */
  readonly found: Readonly<Record<string, string>>;
  readonly id: string;
  /** Where the runtime keeps its containers. */
  readonly root: string;
  /** The first process of a container that lives. */
  readonly pid?: number | undefined;
  /** The bundle's directory, as far as it is known. */
  readonly directory: string | undefined;
  /** The same, read; undefined when there is none or it cannot be read. `spec.process` is the further one when it was `exec` that failed. */
  readonly bundle: Bundle | undefined;
};

type Gatherer = (scene: Scene) => Gathered | Promise<Gathered>;

/** What to look at, by the name of the cause. Several are joined. A cause that is not here has nothing to be looked at. */
const gatherers: Readonly<Record<string, readonly Gatherer[]>> = {
  "args-empty": [programEvidence],
  "command-not-found": [programEvidence],
  "interpreter-missing": [programEvidence],
  "command-format": [programEvidence],
  "command-denied": [programEvidence],
  "cwd-relative": [problemEvidence(["/process/cwd"])],
  "cwd-no-directory": [problemEvidence(["/process/cwd"])],
  "rootfs-missing": [bundleEvidence],
  "config-missing": [bundleEvidence],
  "config-type": [bundleEvidence],
  "config-json": [bundleEvidence],
  "config-unreadable": [bundleEvidence],
  "version-unknown": [problemEvidence(["/ociVersion"])],
  "cgroup-unified-on-v1": [problemEvidence(["/linux/resources/unified"])],
  "terminal-without-socket": [terminalEvidence],
  "terminal-missing": [terminalEvidence],
  "proc-missing": [problemEvidence(["/mounts"]), mountEvidence],
  "devpts-in-user-namespace": [userNamespaceEvidence],
  "mount-no-device": [mountEvidence],
  "bind-types-differ": [mountEvidence],
  "bind-source-missing": [mountEvidence],
  "user-namespace-unmapped": [userNamespaceEvidence],
  "rootless-without-user-namespace": [namespaceEvidence, userNamespaceEvidence],
  "user-namespace-ids": [userNamespaceEvidence],
  "user-namespace-forbidden": [userNamespaceEvidence],
  "hostname-without-namespace": [namespaceEvidence, problemEvidence(["/hostname", "/domainname"])],
  "sysctl-without-namespace": [namespaceEvidence, problemEvidence(["/linux/sysctl"])],
  "sysctl-missing": [problemEvidence(["/linux/sysctl"])],
  "namespace-twice": [namespaceEvidence],
  "namespace-path-missing": [namespaceEvidence, problemEvidence(["/linux/namespaces"])],
  "cgroup-hybrid": [cgroupEvidence],
  "cgroup-not-empty": [cgroupEvidence],
  "cgroup-invalid-state": [cgroupEvidence],
  "cgroup-not-delegated": [cgroupEvidence],
  "cgroup-controller-missing": [controllerEvidence],
  "cgroup-v1-path": [cgroupEvidence],
  "memory-limit-too-low": [limitEvidence],
  "pids-limit-too-low": [limitEvidence],
  "runtime-killed": [limitEvidence],
  "hook-missing": [hookEvidence, problemEvidence(["/hooks"])],
  "hook-failed": [hookEvidence, problemEvidence(["/hooks"])],
  "rlimit-denied": [problemEvidence(["/process/rlimits"])],
  "open-files-too-low": [limitEvidence],
  "capability-unknown": [problemEvidence(["/process/capabilities"])],
  "capability-denied": [problemEvidence(["/process/capabilities"])],
  "apparmor-missing": [problemEvidence(["/process/apparmorProfile"])],
  "selinux-missing": [problemEvidence(["/process/selinuxLabel", "/linux/mountLabel"])],
  "selinux-refused": [problemEvidence(["/process/selinuxLabel", "/linux/mountLabel"])],
  "processors-missing": [processorEvidence],
  "swap-without-memory": [limitEvidence],
  "seccomp-too-strict": [problemEvidence(["/linux/seccomp"]), limitEvidence],
  "seccomp-new-calls": [problemEvidence(["/linux/seccomp"])],
  "ended-before-start": [problemEvidence(["/linux/seccomp"]), limitEvidence],
  "state-directory-denied": [stateDirectory],
  "signal-ignored": [handledSignals],
  "terminal-no-job-control": [descriptorEvidence],
  "daemon-unreachable": [daemonEvidence],
  "daemon-versions-differ": [daemonEvidence],
};

/** The causes for which something is looked at. */
export const causesWithEvidence: readonly string[] = Object.keys(gatherers);

export type Failed = Cancel & {
  readonly id: string;
  readonly root: string;
  readonly pid?: number | undefined;
  readonly directory?: string | undefined;
  readonly process?: Process | undefined;
};

/**
 * The same error with what this machine shows of its cause: `facts.evidence`, and a hint that knows the case. An error of no known
 * cause comes back as it is, and so does one whose evidence cannot be gathered. Reads only.
 */
export async function withEvidence(error: unknown, failed: Failed): Promise<unknown> {
  if (!(error instanceof OcilabError)) return error;
  const { cause, found } = error.facts;
  if (typeof cause !== "string" || error.facts["evidence"] !== undefined) return error;
  const gathered = await gatherEvidence(cause, { ...failed, found: asWords(found) });
  if (gathered.evidence.length === 0) return error;
  const { code, doing, got, hint, facts } = error;
  return new OcilabError(code, {
    ...{ doing, got, hint: gathered.hint ?? hint, cause: error.cause },
    facts: { ...facts, evidence: gathered.evidence },
  });
}

/** What this machine shows of a cause, by its name (src/runtime/failures). Never throws. */
export async function gatherEvidence(
  cause: string,
  failed: Failed & Pick<Scene, "found">,
): Promise<Gathered> {
  const { id, root, pid, directory, found } = failed;
  const scene: Scene = { found, id, root, pid, directory, bundle: bundleOf(failed) };
  const parts: Gathered[] = [];
  for (const gather of gatherers[cause] ?? []) {
    try {
      parts.push(await gather(scene));
    } catch (error) {
      log.debug("evidence could not be gathered", { cause, error: String(error) });
    }
  }
  return {
    evidence: parts.flatMap(({ evidence }) => evidence),
    hint: parts.find(({ hint }) => hint !== undefined)?.hint,
  };
}

function bundleOf({ directory, process }: Failed): Bundle | undefined {
  if (directory === undefined) return undefined;
  try {
    const bundle = readWithoutRootfs(directory);
    return process === undefined ? bundle : { ...bundle, spec: { ...bundle.spec, process } };
  } catch {
    return undefined;
  }
}

function asWords(found: unknown): Readonly<Record<string, string>> {
  return typeof found === "object" && found !== null ? (found as Readonly<Record<string, string>>) : {};
}
