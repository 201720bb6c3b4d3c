import type { Cancel } from "../base/brand.ts";
import type { Problem } from "../oci/spec.ts";
import { validateSpec } from "../oci/validate.ts";
import { lintSpec } from "../spec/lint.ts";
import type { Bundle } from "./bundle.ts";
import { commandFault } from "./command.ts";
import { readHostFacts } from "./facts.ts";
import { unlessDenied } from "./inside.ts";
import { lacksMount } from "./overlay.ts";
import { preflight } from "./preflight.ts";
import { isDirectory, missingMount, missingRootfs } from "./read.ts";

/**
 * Everything that is wrong with a bundle: by the schema, by rules that join fields (lint), and by this host and the rootfs
 * (preflight). Errors keep it from running here; warnings do not. A rootfs that is not there is one problem, and the command
 * and the startContainer hooks are not looked for then. A command that lies where this user may not look is not judged.
 */
export async function checkBundle(bundle: Bundle, { signal }: Cancel = {}): Promise<readonly Problem[]> {
  signal?.throwIfAborted();
  const schema = validateSpec(bundle.spec);
  if (schema.some(({ level }) => level === "error")) return schema;
  const facts = readHostFacts(bundle);
  const hasRootfs = isDirectory(bundle.rootfs) && !lacksMount(bundle.path);
  const root = hasRootfs ? unlessDenied(() => commandFault(bundle), undefined)?.problem : noRootfs(bundle);
  const host = preflight(bundle.spec, facts, bundle.path);
  return [
    ...schema,
    ...lintSpec(bundle.spec),
    ...host.filter(({ at }) => hasRootfs || !at.startsWith("/hooks/startContainer/")),
    ...(root === undefined ? [] : [root]),
  ];
}

function noRootfs(bundle: Bundle): Problem {
  const { got: says, hint } = lacksMount(bundle.path) ? missingMount(bundle) : missingRootfs(bundle);
  return { at: "/root/path", says, hint, from: "host", level: "error" };
}
