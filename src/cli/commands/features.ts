import { formatJson } from "../../oci/json.ts";
import { defineCommand } from "../command.ts";

export const command = defineCommand({
  name: "features",
  group: "bundle to container",
  summary: "print what the runtime says that it can do",
  description:
    "Prints the features document of the runtime specification (features.md): versions, hooks, mount options, namespaces, capabilities, seccomp actions and more, as the runtime was built. It is JSON with and without --json. runc has the verb since 1.1, crun since 1.8.6.",
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
    return { value: await opened.features({ signal }) };
  },
  render: (value) => formatJson(value, { indent: 2 }),
});
