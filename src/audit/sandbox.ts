import type { Reading } from "../kernel/reading.ts";
import type { ProcessView } from "../kernel/view-type.ts";
import type { Spec } from "../oci/spec.ts";
import { type AuditOptions, audit, claimsOf } from "./audit.ts";
import type { Finding } from "./finding.ts";

/** What the container's own view says nothing of: it is numbered, made up or left out by the sandbox. */
const notInside = [
  "/root/path",
  "/linux/namespaces",
  "/linux/cgroupsPath",
  "/linux/resources",
  "/linux/intelRdt",
  "/linux/netDevices",
  "/linux/uidMappings",
  "/linux/gidMappings",
  "/linux/timeOffsets",
  "/linux/seccomp",
  "/linux/rootfsPropagation",
];
const optionsOfMount = /^\/mounts\/\d+\/options$/;
const sourceOfMount = /^\/mounts\/\d+\/(source|uidMappings|gidMappings)$/;

/**
 * The audit of a container whose processes are not this host's (gVisor): what the host shows belongs to the sandbox and is left alone.
 * `inside` is what a process in the container read; each finding says so in its source, and what no such process can tell is unseen.
 */
export function auditSandbox(
  spec: Spec,
  inside: Reading<ProcessView>,
  options: AuditOptions = {},
): readonly Finding[] {
  if (!inside.ok) {
    const why = `${hostSees}; a process inside could not be asked: ${inside.detail}`;
    return claimsOf(spec, options).map(({ at, asked }) => unseen({ at, asked }, why));
  }
  return audit(spec, inside.value, options).map((finding) => {
    const { at, source } = finding;
    if (notInside.some((place) => at === place || at.startsWith(`${place}/`)) || sourceOfMount.test(at))
      return unseen(finding, `${hostSees}, and a process inside cannot tell`);
    if (finding.verdict === "broken" && optionsOfMount.test(at))
      return unseen(finding, `${finding.why}; a sandbox's mountinfo does not list every flag`);
    // Hooks run on the host, whatever the container runs in.
    return source === "none" || at.startsWith("/hooks/")
      ? finding
      : { ...finding, source: `inside: ${source}` };
  });
}

const hostSees = "what this host shows is the sandbox's and not the container's";

function unseen({ at, asked }: Pick<Finding, "at" | "asked">, why: string): Finding {
  return { at, asked, source: "none", verdict: "unseen", why };
}
