/** Objects whose members the image's author names: what is null there is his affair, and the schema's. */
const freeNames: ReadonlySet<string> = new Set(["annotations", "Labels", "Volumes", "ExposedPorts"]);

/**
 * An image document as Go's readers take it: a member that is null says nothing, so it is left out, and a list of layers or manifests
 * that is null is empty. Programs in Go write null for every list that they have not filled.
 */
export function readNulls(document: unknown): unknown {
  if (!isObject(document)) return document;
  const lists = ["layers", "manifests"].filter((name) => document[name] === null).map((name) => [name, []]);
  return withoutNulls({ ...document, ...Object.fromEntries(lists) });
}

/** The same of an image configuration; without layers, docker leaves `diff_ids` out. */
export function readConfigNulls(document: unknown): unknown {
  const config = readNulls(document);
  if (!isObject(config) || !isObject(config["rootfs"])) return config;
  return { ...config, rootfs: { diff_ids: [], ...config["rootfs"] } };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(
    members.map(([name, member]) => [name, freeNames.has(name) ? member : withoutNulls(member)]),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
