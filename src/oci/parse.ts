import { OcilabError } from "../base/errors.ts";
import { parseContainerId } from "./container-id.ts";
import type { ImageConfig, ImageIndex, ImageManifest } from "./image.ts";
import { linesOf, type Named, parseJson } from "./json.ts";
import { readConfigNulls, readNulls } from "./nulls.ts";
import type { Features, Problem, Process, Resources, Spec, State } from "./spec.ts";
import {
  validateFeatures,
  validateImageConfig,
  validateIndex,
  validateManifest,
  validateSpec,
  validateState,
} from "./validate.ts";

/** The config.json that `text` holds. Throws "spec.bad-json", or "spec.invalid" with every error the schema finds in `facts.problems`. */
export function parseSpec(text: string, named: Named): Spec {
  return parse(text, { ...named, validate: validateSpec }) as Spec;
}

/** The same of a config.json that somebody else wrote: a member that is null says nothing, as Go's readers take it. Errors as of `parseSpec`. */
export function parseForeignSpec(text: string, named: Named): Spec {
  return parse(text, { ...named, validate: validateSpec, read: readNulls }) as Spec;
}

/** The process that `text` holds, as `runc exec --process` takes it: `process` of a config.json, alone. Errors as of `parseSpec`. */
export function parseProcess(text: string, named: Named): Process {
  return parse(text, { ...named, validate: validateProcess }) as Process;
}

/**
 * The resources that `text` holds, as `runc update --resources` takes them: `linux.resources` of a config.json, alone. Nobody extends these
 * documents, so a name that is nearly a known one is an error. Errors as of `parseSpec`.
 */
export function parseResources(text: string, named: Named): Resources {
  return parse(text, { ...named, validate: validateResources }) as Resources;
}

/** The state that `text` holds, as `runc state` prints it. Errors as of `parseSpec`, or "spec.bad-container-id". */
export function parseState(text: string, named: Named): State {
  const state = parse(text, { ...named, validate: validateState }) as State;
  return { ...state, id: parseContainerId(state.id) };
}

/** What `runc features` prints. Errors as of `parseSpec`. */
export function parseFeatures(text: string, named: Named): Features {
  return parse(text, { ...named, validate: validateFeatures }) as Features;
}

/** The image index that `text` holds, a Docker manifest list too; null as in docs/schemas.md. Errors as of `parseSpec`. */
export function parseIndex(text: string, named: Named): ImageIndex {
  return parse(text, {
    ...named,
    validate: validateIndex,
    read: readNulls,
    most: bounds.image,
  }) as ImageIndex;
}

/** The image manifest that `text` holds, one of Docker's too; null as in docs/schemas.md. Errors as of `parseSpec`. */
export function parseManifest(text: string, named: Named): ImageManifest {
  return parse(text, {
    ...named,
    validate: validateManifest,
    read: readNulls,
    most: bounds.image,
  }) as ImageManifest;
}

/** The image configuration that `text` holds, one of Docker's too; null as in docs/schemas.md. Errors as of `parseSpec`. */
export function parseImageConfig(text: string, named: Named): ImageConfig {
  return parse(text, {
    ...named,
    validate: validateImageConfig,
    read: readConfigNulls,
    most: bounds.image,
  }) as ImageConfig;
}

function validateProcess(process: unknown): Problem[] {
  return within("/process", validateSpec({ ociVersion: "1.3.0", process }));
}

function validateResources(resources: unknown): Problem[] {
  const problems = validateSpec({ ociVersion: "1.3.0", linux: { resources } });
  return within("/linux/resources", problems).map((problem) => ({ ...problem, level: "error" }));
}

/** Problems of a part, whose pointers begin at the part. */
function within(part: string, problems: Problem[]): Problem[] {
  return problems.map((problem) => ({ ...problem, at: problem.at.slice(part.length) as Problem["at"] }));
}

type Way = {
  readonly validate: (value: unknown) => Problem[];
  /** How the document is read before it is validated; default: as it stands. */
  readonly read?: (value: unknown) => unknown;
  /** No more than any real one has: documents come from strangers. Default: `bounds.config`. */
  readonly most?: Bounds;
};

/** Bytes and values of a document, and values of one list or object in it. */
type Bounds = { readonly bytes: number; readonly values: number; readonly inList: number };

/** A real index has a few dozen manifests of some twenty values; a config.json of a cluster with a thousand services has 7,000 variables. */
const bounds = {
  image: { bytes: 8 * 2 ** 20, values: 100_000, inList: 5_000 },
  config: { bytes: 4 * 2 ** 20, values: 200_000, inList: 20_000 },
} as const satisfies Readonly<Record<string, Bounds>>;

const noRealOne = "no real document is like this: name another, or have its maker look at it";

function parse(
  text: string,
  { name, validate, read = (value) => value, most = bounds.config }: Named & Way,
): unknown {
  refuseLong(text.length, { name, most: most.bytes });
  const written = parseJson(text, { name });
  const excess = excessOf(written, most);
  if (excess !== undefined)
    throw new OcilabError("spec.invalid", { doing: `read ${name}`, got: excess, hint: noRealOne });
  const value = read(written);
  const problems = validate(value).filter(({ level }) => level === "error");
  if (problems.length === 0) return value;
  throw new OcilabError("spec.invalid", {
    doing: `read ${name}`,
    got: summary(problems, text),
    hint: problems.find(({ hint }) => hint !== undefined)?.hint,
    facts: { name, problems },
  });
}

/** Refuse a config.json by its length before it is read. Error "spec.invalid". */
export function refuseLongConfig(bytes: number, { name }: Named): void {
  refuseLong(bytes, { name, most: bounds.config.bytes });
}

function refuseLong(bytes: number, { name, most }: Named & { readonly most: number }): void {
  if (bytes <= most) return;
  const got = `it has ${bytes} bytes; more than ${most} are not read`;
  throw new OcilabError("spec.invalid", { doing: `read ${name}`, got, hint: noRealOne });
}

/** What a document has too many of. */
function excessOf(document: unknown, most: Bounds): string | undefined {
  const waiting: unknown[] = [document];
  let count = 0;
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    const inside = typeof value === "object" && value !== null ? Object.values(value) : [];
    if (inside.length > most.inList)
      return `a list in it has ${inside.length} entries; more than ${most.inList} are not read`;
    count += inside.length;
    if (count > most.values) return `it has more than ${most.values} values, which no real one has`;
    for (const one of inside) waiting.push(one);
  }
  return undefined;
}

/** With line numbers where the text has several lines: documents of images are mostly one. */
function summary(problems: readonly Problem[], text: string): string {
  const lineOf = text.trim().includes("\n") ? linesOf(text) : undefined;
  const line = (at: string): string => (lineOf === undefined ? "" : ` (line ${lineOf(at)})`);
  const lines = problems
    .slice(0, 8)
    .map(({ at, says }) => `${at === "" ? "the document" : at} ${says}${line(at)}`);
  const more = problems.length - lines.length;
  if (lines.length === 1) return lines[0] ?? "";
  return [`${problems.length} problems`, ...lines, ...(more > 0 ? [`and ${more} more`] : [])].join("\n  ");
}
