import { statSync } from "node:fs";
import { join } from "node:path";
import { log } from "../../base/log.ts";
import { parseContainerId } from "../../oci/container-id.ts";
import { defineCommand } from "../command.ts";
import { renderAudit } from "../render/findings.ts";
import { whereOf } from "../where.ts";
import { idArgument } from "./shared.ts";

export const command = defineCommand({
  name: "audit",
  group: "what the kernel says",
  summary: "set what config.json asked beside what the kernel shows; exit 3 when a wish is broken",
  description:
    "Goes through every wish of the container's config.json and reads from the kernel whether it was granted: kept, broken, or unseen with the reason. Every line names the file that answered. What `process` asks is final only when the program runs, so of a created container that is unseen. What is broken comes last. What `ocilab update` asked for since counts instead of config.json's own limits. The rules of the seccomp filter are read by ptrace(2), which needs CAP_SYS_ADMIN; `--probe` tries them. docs/claims.md lists every claim with its evidence.",
  arguments: [idArgument],
  flags: {
    strict: {
      kind: "switch",
      help: "count as broken what the program may have changed itself, when it is known to change nothing",
    },
    probe: {
      kind: "switch",
      help: "try system calls, each so that it does no harm, in a further process inside the running container and in a short-lived container without a filter",
    },
  },
  examples: [
    { line: "ocilab audit web", says: "audit the container web" },
    {
      line: "ocilab audit --json web | jq '.findings[] | select(.verdict==\"broken\")'",
      says: "what is broken",
    },
    { line: "ocilab audit --probe web", says: "try its system calls, where the filter cannot be read" },
  ],
  async run({ flags, positionals: [id = ""] }, context) {
    const { findContainer } = await import("../../container/find.ts");
    const { updatesOf } = await import("../../container/updates.ts");
    const { withUpdated } = await import("../../audit/updated.ts");
    const { readBundle } = await import("../../bundle/read.ts");
    const { lookAt } = await import("../look.ts");
    const { readHookTraces } = await import("../../container/hooks/traces.ts");
    const { auditTried, auditUntried } = await import("../probe.ts");
    const found = await findContainer(parseContainerId(id), whereOf(context));
    const { runtime, state, record } = found;
    const { spec, path } = readBundle(state.bundle);
    warnOfChange(path, state.created);
    const asked = withUpdated(spec, updatesOf(record));
    const hooks = record === undefined ? undefined : readHookTraces(context.configuration, record.id);
    const options = { signal: context.signal, bundle: path, strict: flags.strict, hooks };
    const { audit: seen } = await lookAt(state, asked, { ...options, runtime });
    const audit = flags.probe ? await auditTried(seen, { found, spec: asked, context }) : auditUntried(seen);
    return { value: audit, exit: audit.broken > 0 ? 3 : 0 };
  },
  render: renderAudit,
});

/** A runtime reads config.json once, in create (runtime.md#lifecycle): what is written later the container was never asked for. */
function warnOfChange(bundle: string, created: string | undefined): void {
  const changed = statSync(join(bundle, "config.json")).mtimeMs;
  if (created === undefined || !(changed > Date.parse(created))) return;
  log.warn("config.json was changed after the container was created: the audit goes by what it says now", {
    bundle,
    created,
    changed: new Date(changed).toISOString(),
  });
}
