import type { Cancel } from "../base/brand.ts";
import { runProgram } from "../base/process.ts";
import { measuredOf } from "./gaps.ts";
import type { Runtime } from "./runtime.ts";

const verbs = [
  ...["create", "start", "state", "kill", "delete", "list", "run", "spec", "exec", "ps", "pause", "resume"],
  ...["update", "events", "checkpoint", "restore", "features", "wait"],
] as const;

/** Verbs whose flags differ between runtimes. */
const flagged = ["create", "exec", "update", "checkpoint"] as const;

/**
 * A features document (features.md) of a runtime that has no verb for it, as far as it can be had: what it prints of itself, and what was measured of
 * this version (docs/runtimes.md). It is marked by `probed`, which holds the sources; whatever no source says is left out, so that absent means unknown.
 */
export async function probeFeatures(
  runtime: Pick<Runtime, "path" | "name" | "kind" | "version">,
  { signal }: Cancel = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { path, kind, version } = runtime;
  const name = path.split("/").at(-1) ?? runtime.name;
  const print = async (...words: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await runProgram(path, words, { signal, timeout: 10_000, stdin: "ignore" });
    return `${stdout}\n${stderr}`;
  };
  const help = await print("--help");
  const has = verbsIn(help);
  const asked = flagged.filter((verb) => has.includes(verb));
  const texts = await Promise.all(asked.map((verb) => print(verb, "--help")));
  // gVisor lists its flags by a verb.
  const global = kind === "runsc" ? await print("flags") : help;
  const flags = Object.fromEntries(asked.map((verb, index) => [verb, flagsIn(texts[index] ?? "")]));
  return {
    ...buildOf(version.text),
    probed: {
      because: `${kind} ${version.version} has no verb "features"`,
      sources: [
        ...[`${name} --version`, `${name} --help`, ...(kind === "runsc" ? [`${name} flags`] : [])],
        ...[...asked.map((verb) => `${name} ${verb} --help`), "docs/runtimes.md"],
      ],
      ...(version.spec === undefined ? {} : { spec: version.spec }),
      verbs: has,
      flags: { global: flagsIn(global), ...flags },
      fields: measuredOf({ kind, version: version.version }),
    },
  };
}

/** The verbs that a help text lists, each at the beginning of an indented line. Pure. */
export function verbsIn(help: string): readonly string[] {
  return verbs.filter((verb) => new RegExp(`^\\s+${verb}(,|\\s{2,}|\\s+-\\s|\\t)`, "m").test(help));
}

/** The long flags that a help text lists, sorted: `--name`, `-x, --name=VALUE`, and gVisor's `-name`. Pure. */
export function flagsIn(help: string): readonly string[] {
  const found = help.matchAll(/^\s+(?:-\w(?:[ =]\w+)?, ?)?--?([a-zA-Z][\w-]+)/gm);
  return [...new Set([...found].map(([, name = ""]) => name))].sort();
}

/** crun's last line of --version names what it was built with: "+SYSTEMD +SELINUX +APPARMOR +CAP +SECCOMP +EBPF +CRIU +YAJL". */
function buildOf(text: string): Readonly<Record<string, unknown>> {
  const line = text.split("\n").find((one) => /^[+-][A-Z]/.test(one));
  if (line === undefined) return {};
  const built = (what: string): { readonly enabled: boolean } => ({
    enabled: line.split(" ").includes(`+${what}`),
  });
  return {
    linux: {
      ...{ seccomp: built("SECCOMP"), apparmor: built("APPARMOR"), selinux: built("SELINUX") },
      cgroup: { systemd: built("SYSTEMD").enabled },
    },
  };
}
