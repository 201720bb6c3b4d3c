/** Where apt gets Debian from: the archive, and the security archive where it is known. */
export type Mirror = { readonly main: string; readonly security: string | undefined };

type Source = { readonly uri: string; readonly suites: readonly string[] };

/**
 * The Debian mirror that this host's own apt uses, from the texts of its source files (sources.list(5): one-line and deb822 form).
 * Undefined when none of them serves the suite `codename` itself.
 */
export function findMirror(texts: readonly string[], codename: string): Mirror | undefined {
  const sources = texts.flatMap((text) => (/^URIs:/m.test(text) ? stanzas(text) : lines(text)));
  const serving = (suite: string) => sources.find(({ suites }) => suites.includes(suite))?.uri;
  const main = serving(codename);
  return main === undefined ? undefined : { main, security: serving(`${codename}-security`) };
}

/** The one-line sources of a suite at the mirror. Only released suites have a security archive. */
export function sourceLines(mirror: Mirror, suite: string, keyring: string): string {
  const line = (uri: string, name: string) => `deb [signed-by=${keyring}] ${uri} ${name} main\n`;
  const rolling = /^(sid|unstable|testing|experimental|.*-.*)$/.test(suite);
  const security = rolling || mirror.security === undefined ? "" : line(mirror.security, `${suite}-security`);
  return line(mirror.main, suite) + security;
}

function stanzas(text: string): readonly Source[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) => words(new RegExp(`^${name}:(.*)$`, "m").exec(stanza)?.[1]);
    if (!field("Types").includes("deb") || /^Enabled:\s*no/m.test(stanza)) return [];
    return field("URIs").map((uri) => ({ uri, suites: field("Suites") }));
  });
}

function lines(text: string): readonly Source[] {
  return text.split("\n").flatMap((line) => {
    const [, uri, suite] = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line) ?? [];
    return uri === undefined || suite === undefined ? [] : [{ uri, suites: [suite] }];
  });
}

function words(text: string | undefined): readonly string[] {
  return (text ?? "").trim().split(/\s+/).filter(Boolean);
}
