import { OcilabError } from "../../base/errors.ts";
import { formatJson } from "../../oci/json.ts";
import type { Spec } from "../../oci/spec.ts";
import { defineCommand } from "../command.ts";
import { rootlessFlags } from "../config/flags/rootless.ts";
import { asContainerFlag, configFlags, sourceFlags } from "../config/flags.ts";
import { refusedFlags, refusedWithoutRun } from "../config/refused.ts";
import { givenPath } from "./shared.ts";

export const command = defineCommand({
  name: "spec",
  group: "image to bundle",
  summary: "print a config.json: the engines' defaults, or what an image and flags make of them",
  description:
    "Without an image it prints a default config that runs sh, as `runc spec` does; with one, exactly what `bundle` would write for it (its layers are unpacked for the users they name). `spec explain` says what the fields mean, `spec diff` what two configs ask differently. With --bundle it writes DIR/config.json, which must not exist, instead of printing.",
  arguments: [
    { name: "IMAGE", help: "an image as for bundle; left out: the defaults" },
    { name: "COMMAND", many: true, help: "program and arguments; flags end here" },
  ],
  flags: {
    bundle: { kind: "value", short: "b", value: "DIR", help: "write DIR/config.json instead of printing" },
    ...sourceFlags,
    ...asContainerFlag,
    ...rootlessFlags,
    ...configFlags,
  },
  subcommands: {
    loaders: { explain: () => import("./spec/explain.ts"), diff: () => import("./spec/diff.ts") },
  },
  stopAt: 2,
  refused: { ...refusedFlags, ...refusedWithoutRun },
  examples: [
    { line: "ocilab spec", says: "the defaults" },
    { line: "ocilab spec --memory 64m busybox sleep 10", says: "a config for an image with a limit" },
    { line: "ocilab spec explain /process/capabilities", says: "what a field means" },
    { line: "mkdir rootfs && ocilab spec --bundle .", says: "as runc spec does" },
  ],
  async run({ flags, positionals: [image, ...rest] }, context): Promise<{ value: Spec }> {
    const { givenSourceFlags } = await import("../open-options.ts");
    if (image === undefined)
      refuseUnused([...givenSourceFlags(flags), ...(flags["as-container"] ? ["--as-container"] : [])]);
    const { makeSpec, writeSpec } = await import("../spec.ts");
    const spec = await makeSpec({ image, command: rest, flags }, context);
    if (flags.bundle !== undefined) writeSpec(givenPath(flags.bundle, "--bundle"), spec);
    return { value: spec };
  },
  render: (value, _terminal, flags) => (flags.bundle === undefined ? formatJson(value, { indent: 2 }) : ""),
});

/** A flag that could change nothing is a mistake to be told, not to be passed over. */
function refuseUnused(given: readonly string[]): void {
  if (given.length === 0) return;
  throw new OcilabError("usage.bad-argument", {
    doing: "print a config without an image",
    got: `${given.join(", ")} would change nothing`,
    hint: `name an image, or leave ${given.length === 1 ? "it" : "them"} out`,
  });
}
