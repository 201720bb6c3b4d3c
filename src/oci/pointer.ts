/** One reference token of a JSON pointer with its slash, escaped (RFC 6901 section 3). */
export function pointerToken(name: string | number): `/${string}` {
  return `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** What a JSON pointer leads to in a value, or undefined when it leads nowhere. */
export function valueAt(value: unknown, pointer: string): unknown {
  let found = value;
  for (const token of pointer.split("/").slice(1)) {
    const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  return found;
}
