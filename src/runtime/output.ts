import { OcilabError } from "../base/errors.ts";
import { printable, quote } from "../base/text.ts";
import { parseContainerId } from "../oci/container-id.ts";
import { parseJson } from "../oci/json.ts";
import type { State } from "../oci/spec.ts";
import type { RuntimeKind } from "./kinds.ts";

/** A state as `state` and `list` print it: the specification's fields, and when and by whom it was created. */
export type ContainerState = State & {
  /** RFC 3339, UTC. */
  readonly created?: string;
  /** Name of the user who created it. */
  readonly owner?: string;
};

export type RuntimeVersion = {
  readonly kind: RuntimeKind;
  /** "1.1.5+ds1". */
  readonly version: string;
  /** The version of the runtime specification that it says it follows. */
  readonly spec: string | undefined;
  /** All it printed. */
  readonly text: string;
};

/** "stats", "oom" or another type of the runtime's, and what came with it, as it said it (runc's events.md types). */
export type RuntimeEvent = {
  readonly type: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
};

/** Read what `state` printed. A pid of 0 (stopped containers) is left out. Errors: "runtime.output". */
export function parseRuntimeState(text: string): ContainerState {
  return toState(parseJsonOutput(text, "state"), text);
}

/** Read what `list --format json` printed; `null` and nothing at all are empty lists. Errors: "runtime.output". */
export function parseRuntimeList(text: string): readonly ContainerState[] {
  if (text.trim() === "") return [];
  const value = parseJsonOutput(text, "list") ?? [];
  if (!Array.isArray(value)) throw notUnderstood("list", text);
  return value.map((entry: unknown) => toState(entry, text));
}

/** Read what `--version` printed; undefined when no runtime prints such a thing. */
export function parseRuntimeVersion(text: string): RuntimeVersion | undefined {
  const [, name, version] = /^(\S+) version:? (\S+)/m.exec(text) ?? [];
  if (name === undefined || version === undefined) return undefined;
  const spec = /^spec: (\S+)/m.exec(text)?.[1];
  const kind: RuntimeKind = name === "runc" || name === "crun" || name === "runsc" ? name : "other";
  if (kind === "other" && spec === undefined) return undefined;
  return { kind, version, spec, text };
}

/** Read what `features` printed: a JSON object (features.md). Errors: "runtime.output". */
export function parseRuntimeFeatures(text: string): Readonly<Record<string, unknown>> {
  const value = parseJsonOutput(text, "features");
  if (!isRecord(value)) throw notUnderstood("features", text);
  return value;
}

/** Read what `ps --format json` printed: the pids of the container's processes, as the host counts them (gVisor: as the sandbox does). Errors: "runtime.output". */
export function parseRuntimePs(text: string): readonly number[] {
  const value = text.trim() === "" ? [] : (parseJsonOutput(text, "ps") ?? []);
  if (!Array.isArray(value)) throw notUnderstood("ps", text);
  return value.map((entry: unknown) => {
    if (typeof entry === "number" && Number.isInteger(entry)) return entry;
    throw notUnderstood("ps", text);
  });
}

/** Read one line that `events` printed. Integers beyond 2^53 are bigints. Errors: "runtime.output". */
export function parseRuntimeEvent(line: string): RuntimeEvent {
  const value = parseJson(line, { name: "an event of the runtime" });
  if (!isRecord(value) || typeof value["type"] !== "string") throw notUnderstood("events", line);
  const { type, id, data } = value;
  return { type, id: typeof id === "string" ? id : "", data: isRecord(data) ? data : {} };
}

/**
 * The runtime's own last error in its messages: JSON objects on a line (runc, crun 1.8) or over several (crun 1.28), logfmt
 * (`time=… level=error msg="…"`), or plain lines. Undefined when it said nothing.
 */
export function lastWords(text: string): string | undefined {
  const messages = messagesOf(text);
  const errors = messages.filter(({ level }) => level === "error" || level === "fatal");
  const last = isGlued(text) ? errors : errors.slice(-1);
  const chosen = errors.length > 0 ? last : messages.filter(({ level }) => level === undefined);
  const words = chosen.map(({ message }) => message).join("\n");
  return words === "" ? undefined : words;
}

/** runsc puts no line feed between its messages, and its first error is the cause of those that follow. */
function isGlued(text: string): boolean {
  return text.includes('}{"msg"');
}

type Message = { readonly level: string | undefined; readonly message: string };

function messagesOf(text: string): readonly Message[] {
  const messages: Message[] = [];
  let pending = "";
  for (const line of text.replace(/\}\{(?="msg")/g, "}\n{").split("\n")) {
    const candidate = pending === "" ? line : `${pending}\n${line}`;
    const message = candidate.startsWith("{") ? jsonMessage(candidate) : plainMessage(candidate);
    pending = message === undefined ? candidate : "";
    if (message !== undefined && message.message !== "") messages.push(message);
  }
  return pending === "" ? messages : [...messages, { level: undefined, message: pending }];
}

function jsonMessage(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return undefined;
    const { level, msg } = value;
    return {
      level: typeof level === "string" ? level : undefined,
      message: typeof msg === "string" ? msg : text,
    };
  } catch {
    return undefined;
  }
}

function plainMessage(line: string): Message {
  const [, level, quoted] = /^time=\S+ level=(\w+) msg=("(?:[^"\\]|\\.)*"|\S+)/.exec(line) ?? [];
  if (level === undefined || quoted === undefined) return { level: undefined, message: line.trimEnd() };
  return { level, message: unquote(quoted) };
}

function unquote(text: string): string {
  try {
    return text.startsWith('"') ? String(JSON.parse(text)) : text;
  } catch {
    return text.slice(1, -1);
  }
}

function toState(value: unknown, text: string): ContainerState {
  if (!isRecord(value)) throw notUnderstood("state", text);
  const { ociVersion, id, pid, status, bundle, annotations, created, owner } = value;
  if (typeof id !== "string" || typeof status !== "string") throw notUnderstood("state", text);
  const common = {
    ociVersion: typeof ociVersion === "string" ? ociVersion : "",
    id: parseContainerId(id),
    bundle: typeof bundle === "string" ? bundle : "",
    ...(isStrings(annotations) ? { annotations } : {}),
    ...(typeof created === "string" ? { created } : {}),
    ...(typeof owner === "string" && owner !== "" ? { owner } : {}),
  };
  if (status === "creating" || status === "stopped") return { ...common, status };
  if (status !== "created" && status !== "running" && status !== "paused") throw notUnderstood("state", text);
  return typeof pid === "number" && pid > 0 ? { ...common, status, pid } : { ...common, status: "stopped" };
}

function parseJsonOutput(text: string, verb: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notUnderstood(verb, text, error);
  }
}

function notUnderstood(verb: string, text: string, cause?: unknown): OcilabError {
  return new OcilabError("runtime.output", {
    doing: `read what the runtime printed for ${quote(verb)}`,
    got: `it is not the JSON that was expected: ${printable(text.trim(), 300)}`,
    cause,
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((entry) => typeof entry === "string");
}
