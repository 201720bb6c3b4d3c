/**
 * The library: images become bundles, runtimes run them, and the kernel says what the container got. Everything that takes a `signal` stops by it; everything that
 * fails does so with an `OcilabError`, whose `code` is one of docs/errors.md.
 */
export { type AuditSummary, audit, summarise } from "./audit/audit.ts";
export type { Finding } from "./audit/finding.ts";
export { withProbed } from "./audit/probe/findings.ts";
export { judgeTried } from "./audit/probe/judge.ts";
export { questions } from "./audit/questions.ts";
export { type Configuration, readConfiguration } from "./base/configuration.ts";
export { type ErrorCode, OcilabError } from "./base/errors.ts";
export type { Bundle } from "./bundle/bundle.ts";
export { checkBundle } from "./bundle/check.ts";
export { createBundle, writeConfig } from "./bundle/create.ts";
export { readBundle } from "./bundle/read.ts";
export { removeBundle } from "./bundle/removal.ts";
export { attachContainer } from "./container/attachment.ts";
export { type DetachedResult, startDetached } from "./container/detached.ts";
export { type ContainerEvent, containerEvents } from "./container/events.ts";
export { type ExecResult, type ExecWish, execInContainer } from "./container/exec.ts";
export { openExplained as openRuntime } from "./container/explained.ts";
export { type FilterProbe, probeFilter } from "./container/filter-probe.ts";
export { findContainer, listContainers, type Where } from "./container/find.ts";
export { createContainer, deleteContainer } from "./container/lifecycle.ts";
export { runContainer } from "./container/run.ts";
export type { RunOptions, RunResult, RunStep } from "./container/steps.ts";
export { type WaitResult, waitContainer } from "./container/waiting.ts";
export type { Image } from "./image/image.ts";
export { openImage } from "./image/open.ts";
export type { Reading } from "./kernel/reading.ts";
export { viewProcess } from "./kernel/view.ts";
export type { ProcessView } from "./kernel/view-type.ts";
export { parseContainerId } from "./oci/container-id.ts";
export { parseSpec } from "./oci/parse.ts";
export { formatReference, parseReference } from "./oci/reference.ts";
export type { ContainerId, Problem, Process, Resources, Spec, State } from "./oci/spec.ts";
export { type Status, transitions } from "./runtime/lifecycle.ts";
export type { OpenRuntimeOptions, Runtime } from "./runtime/runtime.ts";
export { parseSignal } from "./runtime/signals.ts";
export { buildSpec } from "./spec/build.ts";
export type { SpecContext, SpecOption } from "./spec/context.ts";
export { explainSpec } from "./spec/explain.ts";
export { lintSpec } from "./spec/lint.ts";
export { withArgs, withCommand } from "./spec/options/arguments.ts";
export { withCapabilities } from "./spec/options/capabilities.ts";
export { withEnv } from "./spec/options/environment.ts";
export { withUser } from "./spec/options/user.ts";
