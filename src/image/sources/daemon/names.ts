import type { Cancel } from "../../../base/brand.ts";
import { OcilabError } from "../../../base/errors.ts";
import { nearest, printable, quote } from "../../../base/text.ts";
import type { Daemon } from "./connect.ts";

const kinds = {
  image: { path: "/images/json", member: "RepoTags", get: (name: string) => `docker pull ${name}` },
  container: {
    path: "/containers/json?all=1",
    member: "Names",
    get: (name: string) => `docker create --name ${name} IMAGE`,
  },
} as const;

/** The error of an image or container that a daemon does not have, with the names of what it has. */
export async function notInDaemon(
  kind: keyof typeof kinds,
  name: string,
  { daemon, signal }: Cancel & { readonly daemon: Daemon },
): Promise<OcilabError> {
  const names = namesIn(await daemon.json(kinds[kind].path, { signal }), kinds[kind].member);
  const others = names.filter((full) => full.startsWith(`${name.replace(/:[^:/]*$/, "")}:`));
  const short = names.map((full) => full.replace(/:latest$/, ""));
  const meant = others[0] ?? nearest(name, names) ?? nearest(name, short);
  return new OcilabError("image.not-in-daemon", {
    doing: `find the ${kind} ${quote(name)} in the Docker daemon at ${daemon.at}`,
    got: `it has no such ${kind}; there ${listed(names)}`,
    hint:
      meant === undefined
        ? `bring it there first: ${kinds[kind].get(name)}`
        : `did you mean ${quote(meant)}?`,
    facts: { name, names },
  });
}

function namesIn(answer: unknown, member: string): readonly string[] {
  if (!Array.isArray(answer)) return [];
  const names = answer.flatMap((item: unknown) => {
    const list = (item as Readonly<Record<string, unknown>> | null)?.[member];
    return Array.isArray(list) ? list.filter((name) => typeof name === "string") : [];
  });
  return names.map((name) => name.replace(/^\//, "")).filter((name) => name !== "<none>:<none>");
}

function listed(names: readonly string[]): string {
  const most = 20;
  if (names.length === 0) return "is none with a name";
  const shown = names.slice(0, most).map((name) => printable(name.replaceAll("\n", " "), 200));
  const more = names.length > most ? ` and ${names.length - most} more` : "";
  return `${names.length === 1 ? "is" : "are"} ${shown.join(", ")}${more}`;
}
