import { nearest } from "../../base/text.ts";
import { type HookKind, hookKinds } from "../../oci/hooks.ts";
import { parseJson } from "../../oci/json.ts";
import type { Hook } from "../../oci/spec.ts";
import { badValue } from "./bad-value.ts";

const form =
  'KIND=[timeout=SECONDS] [NAME=VALUE...] /PROGRAM [ARGUMENT...], for example "poststop=/usr/bin/logger gone"';

/**
 * "KIND=/path/of/program argument argument": words are divided by blanks, without quoting; the path is args[0] as well. Before the
 * program may stand, as with env(1), `timeout=SECONDS` and variables. Or the hook as config.json has it: `poststop={"path":"/bin/x"}`.
 * Errors: "spec.bad-option"; "oci.…" for JSON that cannot be read.
 */
export function parseHook(text: string): { readonly kind: HookKind; readonly hook: Hook } {
  const [, name = "", command = ""] = /^([A-Za-z]+)=(.+)$/s.exec(text.trim()) ?? [];
  const kind = hookKinds.find((known) => known === name);
  if (kind === undefined) {
    const near = nearest(name, hookKinds);
    const got = near === undefined ? `it names none of ${hookKinds.join(", ")}` : `did you mean ${near}?`;
    throw badValue("hook", text, { got, form });
  }
  return {
    kind,
    hook: command.startsWith("{") ? asWritten(command, text) : ofWords(command.trim().split(/\s+/), text),
  };
}

function ofWords(words: readonly string[], text: string): Hook {
  const at = words.findIndex((word) => word.startsWith("/") || !/^[A-Za-z_]\w*=/.test(word));
  const path = words[at];
  if (path === undefined || !path.startsWith("/"))
    throw badValue("hook", text, { got: "its program has no absolute path", form });
  const before = words.slice(0, at);
  const times = before.filter((word) => word.startsWith("timeout="));
  const env = before.filter((word) => !word.startsWith("timeout="));
  return {
    path,
    args: [...words.slice(at)],
    ...(env.length === 0 ? {} : { env }),
    ...(times.length === 0 ? {} : { timeout: seconds(times.at(-1) ?? "", text) }),
  };
}

function seconds(word: string, text: string): number {
  const value = word.slice("timeout=".length);
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw badValue("hook", text, {
    got: `its timeout ${JSON.stringify(value)} is no whole number above 0`,
    form,
  });
}

/** The schema judges the rest of it, with the whole config. */
function asWritten(json: string, text: string): Hook {
  const hook = parseJson(json, { name: "--hook" });
  const path = typeof hook === "object" && hook !== null && "path" in hook ? hook.path : undefined;
  if (typeof path === "string" && path.startsWith("/")) return hook as Hook;
  throw badValue("hook", text, { got: "its path is no absolute path", form });
}
