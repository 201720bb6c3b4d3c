import type { Hooks, Process, Spec } from "../../oci/spec.ts";
import { compact, keyed, plain, setOf, type Tree, unless } from "./tree.ts";
import { cleanPath, cpuSet } from "./words.ts";

/** process. Absent sets of capabilities are empty ones; the size counts only where there is a terminal (config.md#process). */
export function processTree(process: Process | undefined): Tree | undefined {
  if (process === undefined) return undefined;
  const { user, capabilities, scheduler, ioPriority, execCPUAffinity, ...rest } = process;
  return compact({
    ...(plain(rest) as Tree),
    terminal: unless(rest.terminal, false),
    consoleSize:
      rest.terminal === true && rest.consoleSize !== undefined ? plain(rest.consoleSize) : undefined,
    user: {
      uid: user?.uid ?? 0,
      gid: user?.gid ?? 0,
      umask: user?.umask,
      additionalGids: setOf(user?.additionalGids),
    },
    args: rest.args,
    commandLine: undefined,
    env: environment(rest.env),
    cwd: cleanPath(rest.cwd),
    capabilities: Object.fromEntries(
      Object.entries(capabilities ?? {}).map(([name, set]) => [name, setOf(set)]),
    ),
    rlimits: keyed(
      rest.rlimits,
      ({ type }) => type,
      ({ soft, hard }) => ({ soft, hard }),
    ),
    noNewPrivileges: unless(rest.noNewPrivileges, false),
    apparmorProfile: unless(rest.apparmorProfile, ""),
    selinuxLabel: unless(rest.selinuxLabel, ""),
    scheduler: scheduler && {
      ...scheduler,
      flags: setOf(scheduler.flags),
      nice: unless(scheduler.nice, 0),
      priority: unless(scheduler.priority, 0),
    },
    ioPriority: ioPriority && { class: ioPriority.class, priority: ioPriority.priority ?? 0 },
    execCPUAffinity: execCPUAffinity && {
      initial: cpuSet(execCPUAffinity.initial),
      final: cpuSet(execCPUAffinity.final),
    },
  });
}

/** By name; of two of one name the last counts, as it does for the program. */
function environment(env: readonly string[] | undefined): Tree {
  return Object.fromEntries(
    (env ?? []).map((entry) => {
      const at = entry.indexOf("=");
      return at < 0 ? [entry, ""] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

/** Each kind of hook is a sequence. Without args a hook gets its path as the only one. */
export function hooksTree(hooks: Hooks | undefined): Tree {
  return Object.fromEntries(
    Object.entries(hooks ?? {}).map(([kind, list]) => [
      kind,
      Object.fromEntries(
        list.map((hook, index) => [
          String(index),
          compact({
            path: hook.path,
            args: hook.args === undefined || hook.args.length === 0 ? [hook.path] : hook.args,
            env: environment(hook.env),
            timeout: hook.timeout,
          }),
        ]),
      ),
    ]),
  );
}

/** root: whether it can be written to, and where it is. */
export function rootTree(root: Spec["root"]): Tree | undefined {
  return root && { path: cleanPath(root.path) || ".", readonly: unless(root.readonly, false) };
}
