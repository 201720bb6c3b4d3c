import type { Mount } from "../../oci/spec.ts";
import { badValue } from "./bad-value.ts";

/** The kinds of propagation that a mount can have (mount_namespaces(7)). */
export const propagations: readonly string[] = [
  "rprivate",
  "private",
  "rshared",
  "shared",
  "rslave",
  "slave",
];

const form = "FROM:TO[:ro|rw][,PROPAGATION], for example ./data:/data:ro";

/** What engines alone do with a word after the second colon. */
const refusals: Readonly<Record<string, string>> = {
  z: "z relabels the source for SELinux, which ocilab leaves to you: chcon -Rt container_file_t FROM",
  Z: "Z relabels the source for SELinux, which ocilab leaves to you: chcon -Rt container_file_t FROM",
  U: "U changes the owners of the source, which ocilab leaves to you: chown -R FROM",
  nocopy: "nocopy belongs to the volumes of an engine, and a path of the host is never copied into",
};

/** Words that an engine takes and that mean nothing on Linux. */
const meaningless: readonly string[] = ["consistent", "cached", "delegated"];

/**
 * Docker's -v: "/from:/to", "/from:/to:ro,rslave". What is mounted below the source comes along; `ro` covers it too (option "rro",
 * Linux 5.12). A relative source ("./data") stays as it is. Errors: "spec.bad-option", also for the volumes of an engine: a name
 * instead of a path, or a target alone.
 */
export function parseVolume(text: string): Mount {
  const [source = "", target, flags = "", ...rest] = text.split(":");
  if (target === undefined) throw anonymous(text);
  if (source === "" || target === "" || rest.length > 0)
    throw badValue("volume", text, { got: "it has another form", form });
  if (source.startsWith("~"))
    throw badValue("volume", text, {
      got: "the shell has left ~ as it is",
      form: "an absolute path: -v $HOME/...",
    });
  if (!/^[./]/.test(source)) throw named(text);
  if (!target.startsWith("/"))
    throw badValue("volume", text, { got: "its target is not an absolute path", form });
  if (/^\/+$/.test(target))
    throw badValue("volume", text, { got: "its target is the root filesystem itself", form });
  const words = flags === "" ? [] : flags.split(",");
  checkWords(words, text);
  const propagation = words.find((word) => propagations.includes(word)) ?? "rprivate";
  const options = ["rbind", propagation, ...(words.includes("ro") ? ["ro", "rro"] : [])];
  return { destination: target, type: "bind", source, options };
}

function checkWords(words: readonly string[], text: string): void {
  for (const word of words) {
    const refused = Object.hasOwn(refusals, word) ? refusals[word] : undefined;
    if (refused !== undefined) throw badValue("volume", text, { got: refused, form });
    if (!["ro", "rw", ...meaningless, ...propagations].includes(word))
      throw badValue("volume", text, { got: `${JSON.stringify(word)} is no flag of a volume`, form });
  }
  const alike = [["ro", "rw"], propagations, meaningless].map((group) =>
    words.filter((word) => group.includes(word)),
  );
  const twice = alike.find((found) => found.length > 1);
  if (twice !== undefined)
    throw badValue("volume", text, { got: `${twice.join(" and ")} exclude each other`, form });
}

function named(text: string) {
  return badValue("volume", text, {
    got: "it names a volume of an engine, and there is no engine here",
    form: `a path, and make the directory first: -v ./${text}`,
  });
}

function anonymous(text: string) {
  return badValue("volume", text, {
    got: "a target alone is an anonymous volume of an engine, and there is no engine here",
    form: `a directory of the host (-v ./data:${text}) or one in memory (--tmpfs ${text})`,
  });
}
