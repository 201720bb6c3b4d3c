import { OcilabError } from "../../base/errors.ts";
import { formatJson } from "../../oci/json.ts";
import type { Spec } from "../../oci/spec.ts";
import { defineCommand } from "../command.ts";
import { configFlags, platformFlag } from "../config/flags.ts";
import { renderExplanations } from "../render/explanations.ts";
import { type ExplainValue, command as explain } from "./explain.ts";
import { givenPath } from "./shared.ts";

export const command = defineCommand({
  name: "spec",
  group: "image to bundle",
  summary: "print a config.json: the engines' defaults, or what an image and flags make of them",
  description:
    "Without an image it prints a default config that runs sh, as `runc spec` does; with one, exactly what `bundle` would write for it (its layers are unpacked for the users they name). `spec explain` says what the fields mean. With --bundle it writes DIR/config.json, which must not exist, instead of printing.",
  arguments: [
    { name: "IMAGE", help: "an image as for bundle; or the word explain and a pointer" },
    { name: "COMMAND", many: true, help: "program and arguments; write -- before one with flags" },
  ],
  flags: {
    bundle: { kind: "value", short: "b", value: "DIR", help: "write DIR/config.json instead of printing" },
    ...platformFlag,
    ...configFlags,
  },
  examples: [
    { line: "ocilab spec", says: "the defaults" },
    { line: "ocilab spec --memory 64m busybox sleep 10", says: "a config for an image with a limit" },
    { line: "ocilab spec explain /process/capabilities", says: "what a field means" },
    { line: "mkdir rootfs && ocilab spec --bundle .", says: "as runc spec does" },
  ],
  async run({ flags, positionals }, context): Promise<{ value: Spec | ExplainValue }> {
    const [image, ...rest] = positionals;
    refuseUnused(image, flags);
    if (image === "explain")
      return (await explain.run({ flags: { bundle: flags.bundle }, positionals: rest }, context)) as {
        value: ExplainValue;
      };
    const { makeSpec, writeSpec } = await import("../spec.ts");
    const spec = await makeSpec({ image, command: rest, flags }, context);
    if (flags.bundle !== undefined) writeSpec(givenPath(flags.bundle, "--bundle"), spec);
    return { value: spec };
  },
  render(value, terminal, flags) {
    if ("fields" in value) return renderExplanations(value as ExplainValue, terminal);
    return flags.bundle === undefined ? formatJson(value, { indent: 2 }) : "";
  },
});

/** A flag that could change nothing is a mistake to be told, not to be passed over. */
function refuseUnused(image: string | undefined, flags: Readonly<Record<string, unknown>>): void {
  const given = Object.keys({ ...platformFlag, ...configFlags }).filter((name) => isGiven(flags[name]));
  const unused =
    image === "explain" ? given : given.filter((name) => name === "platform" && image === undefined);
  if (unused.length === 0) return;
  throw new OcilabError("usage.bad-argument", {
    doing: image === "explain" ? "explain fields" : "print a config without an image",
    got: `${unused.map((name) => `--${name}`).join(", ")} would change nothing`,
    hint:
      image === "explain"
        ? "`ocilab spec FLAGS` prints the config that they make"
        : "name an image, or leave it out",
  });
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}
