import { OcilabError } from "../../base/errors.ts";
import { parseJson } from "../../oci/json.ts";

/** One image of a docker archive: the member names of its configuration and layers (base first), and its names with tags. */
export type DockerEntry = {
  readonly config: string;
  readonly layers: readonly string[];
  readonly names: readonly string[];
};

/** The entries of a docker archive's manifest.json (moby, image/spec/v1.2.md "Combined Image JSON + Filesystem Changeset Format"). Pure. */
export function parseDockerManifest(text: string, name: string): readonly DockerEntry[] {
  const value = parseJson(text, { name });
  if (!Array.isArray(value)) throw bad(name, "it is not a list of images");
  return value.map((entry: unknown, at) => {
    if (typeof entry !== "object" || entry === null) throw bad(name, `/${at} is not an object`);
    const { Config, Layers, RepoTags } = entry as Readonly<Record<string, unknown>>;
    if (typeof Config !== "string") throw bad(name, `/${at}/Config is not a string`);
    const strings = (list: unknown, member: string): readonly string[] => {
      const items = list ?? [];
      if (!Array.isArray(items) || !items.every((item) => typeof item === "string")) {
        throw bad(name, `/${at}/${member} is not a list of strings`);
      }
      return items;
    };
    return { config: Config, layers: strings(Layers, "Layers"), names: strings(RepoTags, "RepoTags") };
  });
}

function bad(name: string, got: string): OcilabError {
  return new OcilabError("image.bad-document", { doing: `read ${name}`, got });
}
