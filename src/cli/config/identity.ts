import { resolve } from "node:path";
import type { SpecOption } from "../../spec/context.ts";
import { withHook } from "../../spec/options/hooks.ts";
import { withAnnotations, withDomainname, withHostname } from "../../spec/options/identity.ts";
import { parseHook } from "../../spec/parse/hook.ts";
import { parsePair } from "../../spec/parse/pair.ts";
import { readLines } from "./environment.ts";
import type { ConfigValues } from "./flags.ts";
import { given } from "./given.ts";
import type { ConfigWorld } from "./options.ts";

/** The flags of names, annotations and hooks. Errors: "usage.bad-argument" for a file, "spec.bad-option". */
export function identityOptions(
  flags: ConfigValues,
  { cwd }: Pick<ConfigWorld, "cwd">,
): readonly SpecOption[] {
  const fromFiles = flags["label-file"].flatMap((path) => readLines(resolve(cwd, path), "--label-file"));
  const labels = [...fromFiles, ...flags.label].map(labelOf);
  const pairs = [...labels, ...flags.annotation.map((text) => parsePair(text, "annotation"))];
  return [
    ...given(flags.hostname, withHostname),
    ...given(flags.domainname, withDomainname),
    ...(pairs.length === 0 ? [] : [withAnnotations(Object.fromEntries(pairs))]),
    ...flags.hook.map((text) => {
      const { kind, hook } = parseHook(text);
      return withHook(kind, hook);
    }),
  ];
}

/** A label of docker may be a name alone: its value is empty. */
function labelOf(text: string): readonly [string, string] {
  return text !== "" && !text.includes("=") ? [text, ""] : parsePair(text, "label");
}
