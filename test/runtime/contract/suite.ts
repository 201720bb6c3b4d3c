import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OcilabError } from "../../../src/base/errors.ts";
import type { Bundle } from "../../../src/bundle/bundle.ts";
import { endStrays, futureCgroups, removeCgroups } from "../../../src/runtime/leftovers.ts";
import { openRuntime } from "../../../src/runtime/runtime.ts";
import { scratch } from "../../support/scratch.ts";
import { id, makeBench, unseen, wordsOf } from "./bench.ts";
import { hookItems } from "./hooks.ts";
import { namespaceItems } from "./isolation.ts";
import type { Item, Outcome } from "./item.ts";
import { mountItems } from "./mounts.ts";
import { optionItems, otherItems } from "./options.ts";
import { processItems } from "./process.ts";
import { resourceItems } from "./resources.ts";
import { seccompItems } from "./seccomp.ts";
import { verbItems } from "./verbs.ts";

/** The contract: what is asked of every runtime. */
export const contract: readonly Item[] = [
  ...verbItems,
  ...optionItems,
  ...processItems,
  ...namespaceItems,
  ...mountItems,
  ...seccompItems,
  ...hookItems,
  ...resourceItems,
  ...otherItems,
];

/** Try one item on one runtime, again when nothing was to be seen: gVisor's sandbox sometimes ends before its program's output arrives on a busy machine. */
export async function attemptItem(item: Item, setting: Setting): Promise<Outcome> {
  let outcome = await attemptOnce(item, setting);
  for (let turn = 0; turn < 3 && outcome.result === "untried" && outcome.how === unseen; turn++)
    outcome = await attemptOnce(item, setting);
  return outcome;
}

type Setting = { readonly runtime: string; readonly more: readonly string[]; readonly base: Bundle };

/** In a directory of its own; nothing is left of it. */
async function attemptOnce(item: Item, { runtime: name, more, base }: Setting): Promise<Outcome> {
  await using place = scratch();
  const runtime = await openRuntime({ runtime: name, root: join(place.path, "run"), flags: { more } });
  const cgroups = futureCgroups(id, undefined);
  try {
    return await item.attempt(makeBench({ runtime, base, place: place.path, more }));
  } catch (error) {
    if (error instanceof OcilabError) return { result: "refuses", how: wordsOf(error) };
    throw error;
  } finally {
    await runtime.delete(id, { force: true }).catch(() => undefined);
    // runsc forgets a container whose id is created again.
    endStrays(cgroups, { id, root: runtime.root });
    await removeCgroups(cgroups);
  }
}

/** Kernel and cgroup version of this machine, as docs/runtimes.json notes them. */
export function machine(): { readonly kernel: string; readonly cgroup: "v2" | "v1" } {
  const kernel = readFileSync("/proc/sys/kernel/osrelease", "utf8").trim();
  const v2 =
    readFileSync("/proc/self/mountinfo", "utf8").includes(" /sys/fs/cgroup rw") &&
    / \/sys\/fs\/cgroup [^\n]* - cgroup2 /.test(readFileSync("/proc/self/mountinfo", "utf8"));
  return { kernel, cgroup: v2 ? "v2" : "v1" };
}
