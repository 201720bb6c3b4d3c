import { nearest } from "../../base/text.ts";
import { type HookKind, hookKinds } from "../../oci/hooks.ts";
import type { Hook } from "../../oci/spec.ts";
import { badValue } from "./bad-value.ts";

/**
 * "KIND=/path/of/program argument argument": words are divided by blanks, without quoting; the path is args[0] as well.
 * Errors: "spec.bad-option".
 */
export function parseHook(text: string): { readonly kind: HookKind; readonly hook: Hook } {
  const form = 'KIND=/PROGRAM [ARGUMENT...], for example "poststop=/usr/bin/logger gone"';
  const [, name = "", command = ""] = /^([A-Za-z]+)=(.+)$/.exec(text.trim()) ?? [];
  const kind = hookKinds.find((known) => known === name);
  if (kind === undefined) {
    const near = nearest(name, hookKinds);
    const got = near === undefined ? `it names none of ${hookKinds.join(", ")}` : `did you mean ${near}?`;
    throw badValue("hook", text, { got, form });
  }
  const args = command.trim().split(/\s+/);
  const path = args[0] ?? "";
  if (!path.startsWith("/")) throw badValue("hook", text, { got: "its program has no absolute path", form });
  return { kind, hook: { path, args } };
}
