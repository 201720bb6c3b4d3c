import { existsSync, fstatSync } from "node:fs";
import { isatty } from "node:tty";
import { quote } from "../../base/text.ts";
import type { Hook } from "../../oci/spec.ts";
import type { Evidence, Gathered, Scene } from "./evidence.ts";

/** Whether the config asks for a terminal, and what our standard input is. */
export function terminalEvidence({ bundle }: Scene): Gathered {
  const asked =
    bundle?.spec.process?.terminal === true ? [{ source: "/process/terminal", says: "is true" }] : [];
  const input = {
    source: "standard input",
    says: isatty(0) ? "is a terminal" : `is ${inputKind()}, and no terminal`,
  };
  return { evidence: [...asked, input] };
}

function inputKind(): string {
  const stats = fstatSync(0);
  if (stats.isFIFO()) return "a pipe";
  if (stats.isFile()) return "a file";
  return stats.isSocket() ? "a socket" : "a device";
}

/** The limits that can keep a runtime from starting a program. */
export function limitEvidence({ bundle }: Scene): Gathered {
  const { memory, pids } = bundle?.spec.linux?.resources ?? {};
  const rlimits = bundle?.spec.process?.rlimits ?? [];
  const files = rlimits.findIndex(({ type }) => type === "RLIMIT_NOFILE");
  const rows = [
    ["/linux/resources/memory/limit", memory?.limit],
    ["/linux/resources/pids/limit", pids?.limit],
    [`/process/rlimits/${files}/hard`, rlimits[files]?.hard],
  ] as const;
  return {
    evidence: rows.flatMap(([source, value]) =>
      value === undefined ? [] : [{ source, says: `is ${value}` }],
    ),
  };
}

/** The entries of linux.namespaces, and for one that is joined whether its path is there. */
export function namespaceEvidence({ bundle }: Scene): Gathered {
  const list = bundle?.spec.linux?.namespaces ?? [];
  if (bundle === undefined) return { evidence: [] };
  const joined = list.flatMap(({ path = "" }, index): Evidence[] => {
    if (path === "") return [];
    const says = `${quote(path)} ${existsSync(path) ? "is there" : "is not there"}`;
    return [{ source: `/linux/namespaces/${index}/path`, says }];
  });
  const types = list.map(({ type }) => type).join(", ");
  return { evidence: [{ source: "/linux/namespaces", says: `has ${types || "no entries"}` }, ...joined] };
}

/** Where each kind of hook runs (config.md#posix-platform-hooks): only the path of one is inside. */
const hookPlaces: Readonly<Record<string, string>> = {
  prestart: "by a path of the host, in the runtime's namespaces",
  createRuntime: "by a path of the host, in the runtime's namespaces",
  createContainer: "by a path of the host, in the container's namespaces",
  startContainer: "by a path of the container, in its namespaces",
  poststart: "by a path of the host, in the runtime's namespaces",
  poststop: "by a path of the host, in the runtime's namespaces",
};

/** Every hook of the config: its program, and where that is looked up and run. */
export function hookEvidence({ bundle, found }: Scene): Gathered {
  const kinds = Object.entries(bundle?.spec.hooks ?? {}) as [string, readonly Hook[] | undefined][];
  const all = kinds.flatMap(([kind, list]) =>
    (list ?? []).map(({ path }, index) => {
      const place = hookPlaces[kind] ?? "";
      return {
        path,
        source: `/hooks/${kind}/${index}`,
        says: `${quote(path)} is run ${place}, with cwd at the bundle`,
      };
    }),
  );
  const named = all.filter(({ path }) => path === found["path"]);
  const chosen = named.length > 0 ? named : all;
  return { evidence: chosen.slice(0, 8).map(({ source, says }) => ({ source, says })) };
}
