import type { ImageConfig } from "../../src/oci/image.ts";
import { pointerToken } from "../../src/oci/pointer.ts";
import type { Spec } from "../../src/oci/spec.ts";
import { buildSpec } from "../../src/spec/build.ts";
import type { SpecContext } from "../../src/spec/context.ts";

/** A context with a few users and groups. */
export const context: SpecContext = {
  architecture: "amd64",
  hostname: "box",
  passwd:
    "root:x:0:0:root:/root:/bin/sh\n# a comment\nweb:x:33:33:web:/var/www:/bin/false\nada:x:1000:1000::/home/ada:\nbroken\n1234:x:77:78::/odd:\n",
  group: "root:x:0:\nweb:x:33:\nada:x:1000:\nwheel:x:10:root,ada\nfuse:x:20:ada\n",
};

/** An image whose config is `config`. */
export function image(config: NonNullable<ImageConfig["config"]>): ImageConfig {
  return { architecture: "amd64", os: "linux", config, rootfs: { type: "layers", diff_ids: [] } };
}

/** The default spec that runs /bin/sh. */
export function defaultSpec(): Spec {
  return buildSpec(context, image({ Cmd: ["/bin/sh"] }));
}

/** A copy of `spec` with values put in by JSON pointer ("-" appends); undefined takes out. Missing parents are made. */
export function put(spec: Spec, changes: Readonly<Record<string, unknown>>): Spec {
  const copy = structuredClone(spec);
  for (const [pointer, value] of Object.entries(changes))
    putOne(copy, pointer.split("/").slice(1).map(unescaped), value);
  return copy;
}

function putOne(
  target: Record<string, unknown>,
  [head = "", ...rest]: readonly string[],
  value: unknown,
): void {
  if (Array.isArray(target) && head === "-") target.push(value);
  else if (rest.length > 0) {
    target[head] ??= rest[0] === "-" || rest[0] === "0" ? [] : {};
    putOne(target[head] as Record<string, unknown>, rest, value);
  } else if (value === undefined) {
    if (Array.isArray(target)) target.splice(Number(head), 1);
    else delete target[head];
  } else target[head] = value;
}

function unescaped(token: string): string {
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** The JSON pointers at which two values differ; lists of other length differ as a whole. */
export function differences(a: unknown, b: unknown, at = ""): readonly string[] {
  if (Object.is(a, b)) return [];
  const bothLists = Array.isArray(a) && Array.isArray(b) && a.length === b.length;
  if (!bothLists && !(isRecord(a) && isRecord(b))) return [at];
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return names.flatMap((name) => differences(left[name], right[name], `${at}${pointerToken(name)}`));
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
