import type { AuditSummary } from "../../audit/audit.ts";
import type { Finding } from "../../audit/finding.ts";
import type { RootfsResult } from "../../bundle/rootfs.ts";
import type { RunStep } from "../../container/steps.ts";
import type { Image } from "../../image/image.ts";
import type { ProcessView } from "../../kernel/view-type.ts";
import type { Descriptor, ImageReference } from "../../oci/image.ts";
import { layerCompression } from "../../oci/media-types.ts";
import { formatPlatform } from "../../oci/platform.ts";
import { formatReference } from "../../oci/reference.ts";
import type { Problem, Spec } from "../../oci/spec.ts";
import type { Row } from "./chapter.ts";
import { type FactLine, fact } from "./facts.ts";
import { auditSum, findingLine } from "./findings.ts";
import { problemSum, renderProblems } from "./problems.ts";
import { namespaceFact, showCapabilities, showCgroupValue } from "./process.ts";
import { cut, cutPath, oneLine, pad, paint, type Terminal, widthOf } from "./terminal.ts";
import { brief, bytes, count } from "./value.ts";

export function referenceRows(asked: string, reference: ImageReference): readonly Row[] {
  const label = cut(oneLine(asked), 30);
  if (reference.kind !== "builtin") return [[label, formatReference(reference)]];
  if (asked === reference.name)
    return [[label, `an image that ocilab makes from this machine's static ${reference.name}`]];
  return [[label, `a bundle without a rootfs: it gets that of the built-in image ${reference.name}`]];
}

export function imageRows({ manifestDescriptor, manifest, platform, layers }: Image): readonly Row[] {
  return [
    ["manifest", `${short(manifestDescriptor)}, for ${formatPlatform(platform)}`],
    ["config", short(manifest.config)],
    ...layers.map(({ descriptor }, index): Row => {
      const packed = layerCompression(descriptor.mediaType) ?? "unknown";
      return [`layer ${index + 1}`, `${short(descriptor)}, ${packed === "none" ? "uncompressed" : packed}`];
    }),
  ];
}

export function unpackRows(result: RootfsResult, milliseconds: number): readonly Row[] {
  const { layers, lostAttributes } = result;
  const entries = layers.reduce((sum, layer) => sum + layer.entries, 0);
  const size = layers.reduce((sum, layer) => sum + layer.bytes, 0);
  const lost: readonly Row[] = lostAttributes.length === 0 ? [] : [["not kept", lostAttributes.join(", ")]];
  return [
    [
      "rootfs",
      `${count(entries, "entry", "entries")}, ${bytes(size)}, in ${Math.round(milliseconds)} ms; ${result.reused === layers.length && layers.length > 0 ? "unpacked and verified before" : "digests are right"}`,
    ],
    ...mountRows(result),
    ...lost,
  ];
}

function mountRows({ kind, layers, reused }: RootfsResult): readonly Row[] {
  if (kind === "unpacked") return [];
  const before = reused === 0 ? "" : `, ${reused} of them there already`;
  const how = kind === "overlay" ? "an overlay mount of" : "a copy of";
  return [["made as", `${how} ${count(layers.length, "unpacked layer")}${before}`]];
}

export function configRows({ spec }: Extract<RunStep, { kind: "bundle" }>["bundle"]): readonly Row[] {
  const { process, linux, hostname } = spec;
  const capabilities = process?.capabilities?.bounding ?? [];
  const named = (linux?.seccomp?.syscalls ?? []).flatMap(({ names }) => names);
  const user = process?.user === undefined ? "root" : `user ${process.user.uid}, group ${process.user.gid}`;
  return [
    [
      "runs",
      (process?.args ?? [])
        .map((word) => (/[\s"']/.test(word) || word === "" ? JSON.stringify(word) : word))
        .join(" "),
    ],
    ["as", `${user}, in ${process?.cwd ?? "/"}, host name ${hostname ?? "the host's"}`],
    ["namespaces", brief(linux?.namespaces?.map(({ type }) => type) ?? [])],
    ["capabilities", showCapabilities(capabilities)],
    [
      "seccomp",
      linux?.seccomp === undefined
        ? "no filter"
        : `${linux.seccomp.defaultAction} but for ${count(new Set(named).size, "call")} that it names`,
    ],
    ["no_new_privs", process?.noNewPrivileges === true ? "yes" : "no"],
    ...limitRows(spec.linux?.resources),
  ];
}

type Resources = NonNullable<
  NonNullable<Extract<RunStep, { kind: "bundle" }>["bundle"]["spec"]["linux"]>["resources"]
>;

function limitRows(resources: Resources | undefined): readonly Row[] {
  const { memory, pids, cpu } = resources ?? {};
  const said = [
    memory?.limit === undefined ? "" : `memory ${bytes(memory.limit)}`,
    pids?.limit === undefined ? "" : `${pids.limit} processes`,
    cpu?.quota === undefined ? "" : `CPU ${cpu.quota} of every ${cpu.period ?? 100_000} µs`,
    cpu?.cpus === undefined ? "" : `on CPUs ${cpu.cpus}`,
  ].filter((part) => part !== "");
  return said.length === 0 ? [] : [["limits", said.join(", ")]];
}

export function problemRows(problems: readonly Problem[], terminal: Terminal): string {
  return problems.length === 0
    ? `  ${problemSum(problems)} in the schema, between fields, and on this host\n`
    : renderProblems(problems, terminal);
}

/** What is settled before the program runs: its namespaces, and the limits that the config asks for. */
export function waitingRows(view: ProcessView, { linux }: Spec): readonly Row[] {
  const own = Object.entries(view.namespaces).map(([type, one]) => namespaceFact(type, one));
  const { memory, pids, cpu } = linux?.resources ?? {};
  const files = [
    ...(memory?.limit === undefined ? [] : ["memory.max", "memory.limit_in_bytes"]),
    ...(pids?.limit === undefined ? [] : ["pids.max"]),
    ...(cpu?.quota === undefined ? [] : ["cpu.max", "cpu.cfs_quota_us"]),
    ...(cpu?.cpus === undefined ? [] : ["cpuset.cpus"]),
  ];
  const limits = view.hierarchies.flatMap((hierarchy) =>
    Object.entries(hierarchy.files)
      .filter(([file]) => files.includes(file))
      .map(([file, reading]) => fact(file, reading, (value) => showCgroupValue(file, value))),
  );
  return [...own, ...limits].map(asRow);
}

/** What is settled only when the program runs. */
export function runningRows(view: ProcessView): readonly Row[] {
  const { user, capabilities, seccomp, noNewPrivileges, program } = view;
  return [
    fact("executable", program.executable, brief),
    fact("user", user.uids, ({ effective }) => String(effective)),
    fact("bounding set", capabilities.bounding, showCapabilities),
    fact("effective set", capabilities.effective, showCapabilities),
    fact(
      "seccomp",
      seccomp.mode,
      (mode) => `${mode}${seccomp.filters.ok ? `, ${count(seccomp.filters.value, "filter")}` : ""}`,
    ),
    fact("no_new_privs", noNewPrivileges, (set) => (set ? "set" : "not set")),
  ].map(asRow);
}

function asRow({ label, text, source }: FactLine): Row {
  return [label, text, source];
}

/** The most telling of the kept wishes, everything broken, the first few unseen, and the sum. */
export function auditLines(audit: AuditSummary, terminal: Terminal): string {
  const of = (verdict: Finding["verdict"]) => audit.findings.filter((finding) => finding.verdict === verdict);
  const telling = tellingPlaces.flatMap((place) =>
    of("kept")
      .filter(({ at }) => place.test(at))
      .slice(0, 1),
  );
  const shown = [...telling.slice(0, 6), ...of("broken"), ...of("unseen").slice(0, 2)];
  const column = Math.min(36, Math.max(0, ...shown.map(({ at }) => widthOf(at))));
  const lines = shown.map((finding) => compactFinding(finding, column, terminal)).join("");
  return `${lines}  ${auditSum(audit, terminal)}\n`;
}

/** One finding on one line: what was seen and where, or why nothing was. A broken one has its reason below. */
function compactFinding(finding: Finding, column: number, terminal: Terminal): string {
  if (finding.verdict === "broken") return findingLine(finding, [finding], terminal);
  const at = pad(cut(oneLine(finding.at), column), column);
  const room = terminal.columns - column - 6;
  const mark = finding.verdict === "kept" ? paint("✔", "green", terminal) : paint("?", "yellow", terminal);
  if (finding.verdict === "unseen")
    return `  ${mark} ${at}  ${paint(cut(oneLine(finding.why), room), "yellow", terminal)}\n`;
  const seen = cut(brief(finding.seen), Math.floor(room / 2));
  const source = cutPath(oneLine(finding.source), room - widthOf(seen) - 2);
  return `  ${mark} ${at}  ${seen}  ${paint(source, "dim", terminal)}\n`;
}

/** What of the kept wishes is worth a line, the most telling first. */
const tellingPlaces = [
  /resources\/memory\/limit$/,
  /resources\/pids\/limit$/,
  /resources\/cpu\//,
  /^\/process\/noNewPrivileges$/,
  /^\/linux\/namespaces\/0/,
  /^\/linux\/seccomp/,
  /^\/linux\/maskedPaths\/0/,
  /^\/hostname$/,
  /^\/process\/user\/uid$/,
  /^\/process\/cwd$/,
] as const;

function short({ digest, size }: Descriptor): string {
  return `${digest.slice(0, 19)}…, ${bytes(size)}`;
}
