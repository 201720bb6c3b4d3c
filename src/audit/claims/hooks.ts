import type { Reading } from "../../kernel/reading.ts";
import { type HookKind, hookKinds } from "../../oci/hooks.ts";
import { type Claim, type ClaimContext, type ClaimFamily, claim, undecided } from "../claim.ts";
import type { HookTrace } from "../hook-trace.ts";

/** hooks (config.md#posix-platform-hooks): whether each hook's file was executed when its time came. */
export const hookClaims: ClaimFamily = (spec, { hooks }) =>
  hookKinds.flatMap((kind) =>
    (spec.hooks?.[kind] ?? []).map(({ path }, index) => hookClaim({ kind, index, path }, hooks)),
  );

type Asked = { readonly kind: HookKind; readonly index: number; readonly path: string };

function hookClaim({ kind, index, path }: Asked, traces: ClaimContext["hooks"]): Claim {
  return claim({
    at: `/hooks/${kind}/${index}`,
    statements: ["CFG-HOOK-49"],
    settled: kind === "startContainer" || kind === "poststart" ? "start" : "create",
    asked: path,
    seen: () =>
      readingOf(
        kind,
        traces?.find((trace) => trace.kind === kind && trace.index === index),
      ),
    show: shown,
    differs: (_, trace) => {
      if (trace.saw === "executed") return undefined;
      if (trace.saw === "early") return "it was executed when the container was created, before its program";
      if (trace.saw === "nothing") return `nobody had executed it when ${phases[kind]}`;
      return undecided(`the kernel was not asked: ${trace.why}`);
    },
  });
}

/** When what was not executed until then is missing (runtime.md#lifecycle). */
const phases: Readonly<Record<HookKind, string>> = {
  prestart: "the container had been created",
  createRuntime: "the container had been created",
  createContainer: "the container had been created",
  startContainer: "its program ran",
  poststart: "the container had been started",
  poststop: "the container had been deleted",
};

const source = "fanotify(7) FAN_OPEN_EXEC";

function readingOf(kind: HookKind, trace: HookTrace | undefined): Reading<HookTrace> {
  if (trace !== undefined) return { source, ok: true, value: trace };
  const detail =
    kind === "poststop"
      ? "it is for the time after delete, when there is nothing left to audit"
      : "a hook that has run leaves no trace, and nobody watched: only `ocilab` watches, where it drives the runtime itself";
  return { source: "none", ok: false, reason: "absent", detail };
}

function shown(trace: HookTrace): string {
  if (trace.saw !== "executed" && trace.saw !== "early") return "nothing";
  const isGone = trace.saw === "executed" && !trace.recognised;
  const whose = isGone ? ", which was gone before it could be recognised" : "";
  return `executed at ${trace.at} by process ${trace.pid}${whose}`;
}
