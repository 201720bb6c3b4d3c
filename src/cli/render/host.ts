import type { HostView } from "../../kernel/host.ts";
import type { InspectValue } from "../inspect.ts";
import type { RuntimeFacts } from "../runtimes.ts";
import { type FactLine, fact, factGroup } from "./facts.ts";
import { showCapabilities } from "./process.ts";
import type { Terminal } from "./terminal.ts";
import { brief, bytes } from "./value.ts";

/** What this machine has for containers, in groups; every line ends with its source. */
export function renderHost(
  { host, runtimes }: Extract<InspectValue, { kind: "host" }>,
  terminal: Terminal,
): string {
  const groups: readonly (readonly [string, readonly FactLine[]])[] = [
    ["Machine", machine(host)],
    ["Cgroups", cgroups(host)],
    ["Namespaces", namespaces(host)],
    ["Security", security(host)],
    ["Runtimes", runtimes.flatMap(runtimeFacts)],
  ];
  return groups
    .map(([title, facts]) => factGroup(title, facts, terminal))
    .filter((text) => text !== "")
    .join("\n");
}

function machine({ kernel, architecture, cpus, memory, filesystems }: HostView): readonly FactLine[] {
  return [
    fact("kernel", kernel, brief),
    fact("architecture", architecture, brief),
    fact("CPUs", cpus, brief),
    fact("memory", memory.total, bytes),
    fact("available", memory.available, bytes),
    fact("swap", memory.swap, bytes),
    fact("file systems", filesystems, (names) => names.join(" ")),
  ];
}

const modes = {
  v1: "v1: one tree a controller",
  hybrid: "hybrid: v1 controllers, and a v2 tree beside them",
  v2: "v2: one tree for all controllers",
  none: "none mounted",
} as const;

function cgroups({ cgroupMode, hierarchies }: HostView): readonly FactLine[] {
  const mode = fact("mode", cgroupMode, (value) => modes[value]);
  if (!hierarchies.ok) return [mode, fact("hierarchies", hierarchies, brief)];
  return [
    mode,
    ...hierarchies.value.map(({ version, mountPoint, controllers }) =>
      fact(`v${version}`, controllers, (names) => `${names.join(" ") || "no controllers"} at ${mountPoint}`),
    ),
  ];
}

function namespaces({ namespaces: types, userNamespaces }: HostView): readonly FactLine[] {
  const { most, unprivileged, apparmorRestricts } = userNamespaces;
  return [
    fact("types", types, (names) => names.join(" ")),
    fact("user namespaces", most, (number) => (number === 0 ? "switched off" : `at most ${number}`)),
    ...(unprivileged.ok
      ? [fact("unprivileged ones", unprivileged, (value) => (value === 0 ? "not allowed" : "allowed"))]
      : []),
    ...(apparmorRestricts.ok
      ? [
          fact("AppArmor", apparmorRestricts, (value) =>
            value === 0 ? "does not restrict them" : "restricts them",
          ),
        ]
      : []),
  ];
}

function security({ securityModules, seccompActions, capabilities }: HostView): readonly FactLine[] {
  return [
    fact("security modules", securityModules, brief),
    fact("seccomp actions", seccompActions, (names) => names.join(" ")),
    fact("capabilities we have", capabilities.effective, showCapabilities),
    fact("we can hand on", capabilities.bounding, showCapabilities),
    fact("the kernel's last", capabilities.last, brief),
  ];
}

function runtimeFacts({ name, path, version, spec, features }: RuntimeFacts): readonly FactLine[] {
  return [
    fact(name, path, brief),
    fact("  version", version, brief),
    fact("  specification", spec, brief),
    fact("  features", features, (value) => Object.keys(value).join(" ")),
  ];
}
