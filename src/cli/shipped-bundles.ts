import { existsSync } from "node:fs";
import { join } from "node:path";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";

/**
 * The error of a reference that no image has, with a word about the bundle that was meant: "bundles/hello" is one of ocilab's own, and was
 * looked for in the current directory and then in a registry. Every other error comes back as it is.
 */
export function aboutShippedBundle(error: unknown, reference: string): unknown {
  if (!(error instanceof OcilabError) || !/^(registry|image)\./.test(error.code)) return error;
  const name = /^(?:\.\/)?bundles\/([\w-]+)\/?$/.exec(reference)?.[1];
  const path = name === undefined ? undefined : shippedBundle(name);
  if (path === undefined) return error;
  const { code, doing, got, facts, cause } = error;
  const hint = `there is no ${quote(reference)} in the current directory; ocilab's own bundle is ${path}`;
  return new OcilabError(code, { doing, got, hint, facts, cause });
}

/** Beside dist/ or above src/cli/. */
function shippedBundle(name: string): string | undefined {
  const places = ["../bundles", "../../bundles"].map((folder) => join(import.meta.dirname, folder, name));
  return places.find((place) => existsSync(join(place, "config.json")));
}
