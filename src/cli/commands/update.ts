import { OcilabError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import { resourceFlags } from "../config/flags/resources.ts";
import { renderAudit } from "../render/findings.ts";
import { idArgument } from "./shared.ts";

const { "cgroups-path": _, "cgroup-parent": __, "intel-rdt": ___, ...limits } = resourceFlags;

export const command = defineCommand({
  name: "update",
  group: "bundle to container",
  summary: "change the limits of a container, and read back what the kernel has of them",
  description:
    "Has the runtime change limits of a created, running or paused container, those of the flags or of a JSON document (`linux.resources` of config.json), and then reads the cgroup files: every limit that was asked for is kept, broken, or unseen with the reason, as in `audit`. Runtimes change only some limits and say nothing of the others: exit code 3 when one is broken. config.json stays as it is; ocilab remembers what was asked, and a later `audit` goes by it.",
  arguments: [idArgument],
  flags: {
    resources: {
      kind: "value",
      short: "r",
      value: "FILE",
      help: "a JSON document with the limits; - for standard input",
    },
    ...limits,
  },
  examples: [
    { line: "ocilab update --memory 128m web", says: "another memory limit" },
    { line: "ocilab update --cpus 0.5 --pids-limit 20 web", says: "several" },
    { line: 'echo \'{"pids":{"limit":9}}\' | ocilab update -r - web', says: "as runc update takes it" },
  ],
  async run({ flags, positionals: [id = ""] }, context) {
    const { updateContainer } = await import("../update.ts");
    const values = {
      ...flags,
      "cgroups-path": undefined,
      "cgroup-parent": undefined,
      "intel-rdt": undefined,
    };
    const value = await updateContainer({ id, flags: values, file: flags.resources }, context);
    if (value === undefined) throw nothingToChange();
    return { value, exit: value.broken > 0 ? 3 : 0 };
  },
  render: renderAudit,
});

function nothingToChange(): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "read the flags of update",
    got: "none says what to change",
    hint: "give a limit, as --memory 128m, or --resources FILE",
  });
}
