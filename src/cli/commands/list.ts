import { formatJson } from "../../oci/json.ts";
import { defineCommand } from "../command.ts";
import { renderList } from "../render/list.ts";
import { whereOf } from "../where.ts";

export const command = defineCommand({
  name: "list",
  group: "bundle to container",
  summary: "list the containers of the runtime",
  description:
    "Lists containers, whoever made them: those in the state directory given by --root or of the runtime given by --runtime, else those of every known place. --json and --format json print an array of state documents.",
  arguments: [],
  flags: {
    format: {
      kind: "value",
      short: "f",
      value: "FORMAT",
      choices: ["table", "json"],
      help: "table (default) or json",
    },
    quiet: { kind: "switch", short: "q", help: "print the ids alone" },
  },
  examples: [
    { line: "ocilab list", says: "a table" },
    { line: "ocilab list -q | xargs -n1 ocilab state", says: "the state of each" },
    { line: "ocilab --root /run/user/1000/runc list", says: "those of another state directory" },
  ],
  async run(_input, context) {
    const { listContainers } = await import("../../container/find.ts");
    return { value: await listContainers(whereOf(context)) };
  },
  render(value, terminal, flags) {
    if (flags.format === "json") return formatJson(value, { indent: 2 });
    return flags.quiet ? value.map(({ id }) => `${id}\n`).join("") : renderList(value, terminal);
  },
});
