import type { Cancel } from "../base/brand.ts";
import type { Problem } from "../oci/spec.ts";
import { validateSpec } from "../oci/validate.ts";
import { lintSpec } from "../spec/lint.ts";
import type { Bundle } from "./bundle.ts";
import { commandFault } from "./command.ts";
import { readHostFacts } from "./facts.ts";
import { preflight } from "./preflight.ts";
import { isDirectory } from "./read.ts";

/**
 * Everything that is wrong with a bundle: by the schema, by rules that join fields (lint), and by this host and the rootfs
 * (preflight). Errors keep it from running here; warnings do not. A rootfs that is not there is one problem, and the command is
 * not looked for then.
 */
export async function checkBundle(bundle: Bundle, { signal }: Cancel = {}): Promise<readonly Problem[]> {
  signal?.throwIfAborted();
  const schema = validateSpec(bundle.spec);
  if (schema.some(({ level }) => level === "error")) return schema;
  const facts = readHostFacts(bundle);
  const root = isDirectory(bundle.rootfs) ? [commandFault(bundle)?.problem] : [missingRootfs(bundle)];
  return [
    ...schema,
    ...lintSpec(bundle.spec),
    ...preflight(bundle.spec, facts, bundle.path),
    ...root.filter((problem) => problem !== undefined),
  ];
}

function missingRootfs({ rootfs }: Bundle): Problem {
  return {
    at: "/root/path",
    says: `leads to ${rootfs}, which is no directory`,
    hint: "config.json alone makes no rootfs: `ocilab bundle IMAGE DIR` makes both; `ocilab run DIR` takes busybox's",
    from: "host",
    level: "error",
  };
}
