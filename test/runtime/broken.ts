import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bundle } from "../../src/bundle/bundle.ts";
import { formatJson } from "../../src/oci/json.ts";

/** The bundle with a bind mount whose source is missing: every runtime fails at it late, with the cgroup made. */
export function withMissingSource(bundle: Bundle): Bundle {
  const mount = { destination: "/mnt", type: "bind", source: "/no/such", options: ["bind"] };
  const spec = { ...bundle.spec, mounts: [...(bundle.spec.mounts ?? []), mount] };
  writeFileSync(join(bundle.path, "config.json"), formatJson(spec));
  return { ...bundle, spec };
}
