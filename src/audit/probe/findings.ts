import type { Finding } from "../finding.ts";

/**
 * Findings with what a probe found beside them: at one place what is broken by either is broken, else what either has seen is kept. What
 * both leave unseen says both reasons.
 */
export function withProbed(findings: readonly Finding[], probed: readonly Finding[]): readonly Finding[] {
  const byPlace = new Map(probed.map((finding) => [finding.at, finding]));
  return findings.map((finding) => {
    const other = byPlace.get(finding.at);
    return other === undefined ? finding : worse(finding, other);
  });
}

function worse(first: Finding, second: Finding): Finding {
  for (const verdict of ["broken", "kept"] as const) {
    if (first.verdict === verdict) return first;
    if (second.verdict === verdict) return second;
  }
  if (first.verdict !== "unseen" || second.verdict !== "unseen") return first;
  return { ...second, why: `${first.why}; tried from inside: ${second.why}` };
}

/** Findings that say of a filter which could not be read that its calls can be tried. */
export function hintAtProbe(findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding) => {
    const { at, source, verdict } = finding;
    const readable = !/^\/linux\/seccomp\/(syscalls|defaultAction|architectures)/.test(at);
    if (readable || verdict !== "unseen" || !source.startsWith("ptrace(") || !/^denied: /.test(finding.why))
      return finding;
    return { ...finding, why: `${finding.why}; \`ocilab audit --probe\` tries the calls in the container` };
  });
}
