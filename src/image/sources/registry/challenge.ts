/** One way of authentication that a server offers (RFC 9110 section 11.6.1). Scheme and parameter names in lower case. */
export type Challenge = { readonly scheme: string; readonly parameters: Readonly<Record<string, string>> };

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameter = new RegExp(`^(${token})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`);
const schemeName = new RegExp(`^(${token})(?:[ \\t]+|$|(?=,))`);
const token68 = /^[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/;

/**
 * The challenges of a WWW-Authenticate header, several in one header and quoted commas among them. What cannot be read ends the list there:
 * a registry that writes nonsense after a good challenge is still understood.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const found: { scheme: string; parameters: Record<string, string> }[] = [];
  let rest = header;
  for (;;) {
    rest = rest.replace(/^[\s,]+/, "");
    const last = found.at(-1);
    const given = parameter.exec(rest);
    if (given !== null && last !== undefined) {
      const [whole, name = "", quoted, bare = ""] = given;
      last.parameters[name.toLowerCase()] ??= quoted?.replace(/\\(.)/g, "$1") ?? bare;
      rest = rest.slice(whole.length);
      continue;
    }
    const scheme = schemeName.exec(rest);
    if (scheme === null || given !== null) return found;
    found.push({ scheme: (scheme[1] ?? "").toLowerCase(), parameters: {} });
    rest = rest.slice(scheme[0].length);
    if (!parameter.test(rest)) rest = rest.replace(token68, "");
  }
}
