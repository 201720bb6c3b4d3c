import { OcilabError } from "../../base/errors.ts";
import { formatJson } from "../../oci/json.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { defineCommand } from "../command.ts";

export const command = defineCommand({
  name: "features",
  group: "bundle to container",
  summary: "print what the runtime says that it can do",
  description:
    "Prints the features document of the runtime specification (features.md): versions, hooks, mount options, namespaces, capabilities, seccomp actions and more, as the runtime was built. It is JSON with and without --json. runc has the verb since 1.1, crun since 1.8.6. Of a runtime without it the document is made by probing: what its version and help texts say, and what was measured of it (docs/runtimes.md); `probed` marks it and names the sources, and what none of them says is left out.",
  arguments: [],
  flags: {},
  examples: [
    { line: "ocilab features", says: "those of runc" },
    { line: "ocilab --runtime crun features | jq .linux.namespaces", says: "a part of crun's" },
  ],
  async run(_input, context) {
    const { openRuntime } = await import("../../runtime/runtime.ts");
    const { runtime, root, configuration, signal } = context;
    const opened = await openRuntime({ runtime, root, runtimeRoot: configuration.runtimeRoot, signal });
    return {
      value: await opened.features({ signal }).catch((error: unknown) => probed(opened, error, signal)),
    };
  },
  render: (value) => formatJson(value, { indent: 2 }),
});

async function probed(runtime: Runtime, error: unknown, signal: AbortSignal | undefined) {
  if (!(error instanceof OcilabError) || error.code !== "runtime.unsupported") throw error;
  const { probeFeatures } = await import("../../runtime/probe.ts");
  return await probeFeatures(runtime, { signal });
}
