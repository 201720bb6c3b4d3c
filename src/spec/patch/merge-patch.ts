/**
 * The document that a merge patch makes of `document` (RFC 7396): its members replace those of the same name, objects member by member,
 * and null takes one out. A list is replaced as a whole.
 */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const kept = Object.entries(isObject(document) ? document : {});
  const made = new Map<string, unknown>(kept);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) made.delete(name);
    else made.set(name, applyMergePatch(made.get(name), value));
  }
  return Object.fromEntries(made);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
