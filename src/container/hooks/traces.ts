import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HookTrace } from "../../audit/hook-trace.ts";
import type { Configuration } from "../../base/configuration.ts";
import { startTime } from "../../base/temporary.ts";
import { hookKinds } from "../../oci/hooks.ts";
import type { ContainerId } from "../../oci/spec.ts";

/** HOME/containers/ID.hooks, beside the record of the container: what was seen of its hooks. */
function fileOf({ containers }: Configuration, id: ContainerId): string {
  return join(containers, `${id}.hooks`);
}

/**
 * Add what was seen of some hooks, whole or not at all. What is there of the same hooks is replaced, but for what came too early: that nothing more
 * was seen of such a hook says less.
 */
export function writeHookTraces(
  configuration: Configuration,
  id: ContainerId,
  traces: readonly HookTrace[],
): void {
  const path = fileOf(configuration, id);
  const before = readHookTraces(configuration, id) ?? [];
  const isSame = (a: HookTrace, b: HookTrace): boolean => a.kind === b.kind && a.index === b.index;
  const early = (trace: HookTrace): HookTrace | undefined =>
    before.find((one) => isSame(one, trace) && one.saw === "early");
  const now = traces.map((trace) => (trace.saw === "nothing" ? (early(trace) ?? trace) : trace));
  const others = before.filter((trace) => !traces.some((one) => isSame(one, trace)));
  const draft = join(configuration.containers, `.${process.pid}-${startTime(process.pid)}-hooks`);
  try {
    writeFileSync(draft, `${JSON.stringify([...others, ...now])}\n`, { mode: 0o600 });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** What was seen of the hooks of a container; undefined when nobody watched, or when the file was written by another hand. */
export function readHookTraces(
  configuration: Configuration,
  id: ContainerId,
): readonly HookTrace[] | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(fileOf(configuration, id), "utf8"));
    return Array.isArray(value) && value.every(isTrace) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** One that is not there is no error. */
export function removeHookTraces(configuration: Configuration, id: ContainerId): void {
  rmSync(fileOf(configuration, id), { force: true });
}

function isTrace(value: unknown): value is HookTrace {
  if (typeof value !== "object" || value === null) return false;
  const { kind, index, saw, at, pid, recognised, why } = value as Readonly<Record<string, unknown>>;
  if (typeof index !== "number" || !hookKinds.some((name) => name === kind)) return false;
  if (saw === "unknown") return typeof why === "string";
  if (typeof at !== "string") return false;
  if (saw === "early") return typeof pid === "number";
  return (
    saw === "nothing" || (saw === "executed" && typeof pid === "number" && typeof recognised === "boolean")
  );
}
